// Words of the pages on admissions: fetched with these pages, in both languages, so that the first load does not carry them.
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import en from './admission-en.json'
import zh from './admission-zh.json'

i18next.addResourceBundle('zh', 'admission', zh)
i18next.addResourceBundle('en', 'admission', en)

/** The words of admissions, as `useTranslation().t` gives the common ones. */
export function useAdmissionWords() {
  return useTranslation('admission').t
}
