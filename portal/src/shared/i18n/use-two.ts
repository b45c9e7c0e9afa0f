import { useTranslation } from 'react-i18next'
import type { Two } from '../api/types'

/** Picks the reader's language of a sentence that the server gave in both. */
export function useTwo(): (text: Two) => string {
  const { i18n } = useTranslation()
  return (text) => (i18n.language === 'en' ? text.en : text.zh)
}
