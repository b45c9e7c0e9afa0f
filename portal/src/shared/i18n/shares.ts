// Words of the pages on shared data: fetched with these pages, in both languages, so that the first load does not carry them.
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import en from './shares-en.json'
import zh from './shares-zh.json'

i18next.addResourceBundle('zh', 'shares', zh)
i18next.addResourceBundle('en', 'shares', en)

/** The words of shared data, as `useTranslation().t` gives the common ones. */
export function useShareWords() {
  return useTranslation('shares').t
}
