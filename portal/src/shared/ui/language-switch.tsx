import { useTranslation } from 'react-i18next'
import { changeLanguage } from '../i18n'

/** Switches between Chinese and English; the button names the language that it leads to, in that language. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation()
  const other = i18n.language === 'en' ? 'zh' : 'en'
  return (
    <button type="button" className="bm-plain-button bm-language" lang={other === 'en' ? 'en' : 'zh-CN'} onClick={() => void changeLanguage(other)}>
      {t('shell.other_language')}
    </button>
  )
}
