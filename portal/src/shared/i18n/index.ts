// Languages of the portal: Chinese is part of the first load, English is fetched when asked for.
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import zh from './zh.json'

export type Language = 'zh' | 'en'
const storageKey = 'banmo.language'

function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

async function load(language: Language): Promise<void> {
  if (language === 'en' && !i18next.exists('app.name', { lng: 'en', fallbackLng: 'en' })) { // words of one page may be there before the common ones
    const words = await import('./en.json')
    i18next.addResourceBundle('en', 'translation', words.default)
  }
}

function mark(language: Language): void {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'
}

export async function startLanguages(): Promise<void> {
  const language = remembered()
  await i18next.use(initReactI18next).init({
    lng: 'zh', fallbackLng: 'zh', supportedLngs: ['zh', 'en'], partialBundledLanguages: true,
    resources: { zh: { translation: zh } }, interpolation: { escapeValue: false }, returnNull: false,
  })
  await load(language)
  await i18next.changeLanguage(language)
  mark(language)
}

export async function changeLanguage(language: Language): Promise<void> {
  await load(language)
  await i18next.changeLanguage(language)
  mark(language)
  try {
    localStorage.setItem(storageKey, language)
  } catch {
    // A browser that keeps nothing still shows the language until the page is left.
  }
}

export function currentLanguage(): Language {
  return i18next.language === 'en' ? 'en' : 'zh'
}
