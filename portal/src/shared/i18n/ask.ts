// Words of the pages of questions: fetched with these pages, in both languages, so that the first load does not carry them.
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import en from './ask-en.json'
import zh from './ask-zh.json'

i18next.addResourceBundle('zh', 'ask', zh)
i18next.addResourceBundle('en', 'ask', en)

/** The words of questions, as `useTranslation().t` gives the common ones. */
export function useAskWords() {
  return useTranslation('ask').t
}
