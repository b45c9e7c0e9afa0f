// Words of the pages on services and their cases: fetched with these pages, in both languages, so that the first load does not carry them.
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import en from './services-en.json'
import zh from './services-zh.json'

i18next.addResourceBundle('zh', 'services', zh)
i18next.addResourceBundle('en', 'services', en)

/** The words of services, as `useTranslation().t` gives the common ones. */
export function useServiceWords() {
  return useTranslation('services').t
}

export type ServiceWords = ReturnType<typeof useServiceWords>
