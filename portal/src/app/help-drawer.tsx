// What the page at hand is for, in a few sentences, and the keys that work everywhere. The sentences of all pages are fetched when help is asked for.
import QuestionCircleOutlined from '@ant-design/icons/es/icons/QuestionCircleOutlined'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { currentLanguage, type Language } from '@/shared/i18n'

async function readPages(language: Language): Promise<Record<string, string>> {
  return (language === 'en' ? await import('@/shared/i18n/help-en.json') : await import('@/shared/i18n/help-zh.json')).default
}

export function HelpDrawer() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const drawer = useRef<HTMLDialogElement>(null)
  const [asked, setAsked] = useState(false)
  const language = currentLanguage()
  const pages = useQuery({ queryKey: ['help', language], queryFn: () => readPages(language), enabled: asked, staleTime: Infinity })
  const name = pathname.replace(/^\//, '') || 'home'
  const open = () => {
    setAsked(true)
    drawer.current?.showModal()
  }
  return (
    <>
      <button type="button" className="bm-icon-button" aria-label={t('shell.help')} onClick={open}><QuestionCircleOutlined aria-hidden="true" /></button>
      <dialog ref={drawer} className="bm-drawer bm-drawer-end" aria-labelledby="help-title" onClick={(event) => event.target === drawer.current && drawer.current?.close()}>
        <h2 id="help-title">{t('help.title')}</h2>
        <p>{pages.isPending ? '' : (pages.data?.[name] ?? t('help.general'))}</p>
        <h3>{t('help.figures_title')}</h3>
        <p>{t('help.figures')}</p>
        <h3>{t('help.keys_title')}</h3>
        <ul className="bm-reasons">
          <li><kbd>Ctrl</kbd> + <kbd>K</kbd> {t('help.key_search')}</li>
          <li><kbd>Tab</kbd> {t('help.key_tab')}</li>
          <li><kbd>Esc</kbd> {t('help.key_escape')}</li>
        </ul>
        <button type="button" className="bm-button" onClick={() => drawer.current?.close()}>{t('action.close')}</button>
      </dialog>
    </>
  )
}
