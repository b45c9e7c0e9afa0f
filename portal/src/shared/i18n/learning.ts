// Words of the pages on learning records: fetched with these pages, in both languages, so that the first load does not carry them.
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import en from './learning-en.json'
import zh from './learning-zh.json'

i18next.addResourceBundle('zh', 'learning', zh)
i18next.addResourceBundle('en', 'learning', en)

/** The words of learning records, as `useTranslation().t` gives the common ones. */
export function useLearningWords() {
  return useTranslation('learning').t
}
