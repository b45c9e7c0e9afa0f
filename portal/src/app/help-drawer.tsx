// What the page at hand is for, in a few sentences, and the keys that work everywhere.
import QuestionCircleOutlined from '@ant-design/icons/es/icons/QuestionCircleOutlined'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'

export function HelpDrawer() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const drawer = useRef<HTMLDialogElement>(null)
  const pages = t('help.page', { returnObjects: true }) as Record<string, string>
  const name = pathname.replace(/^\//, '') || 'home'
  return (
    <>
      <button type="button" className="bm-icon-button" aria-label={t('shell.help')} onClick={() => drawer.current?.showModal()}><QuestionCircleOutlined aria-hidden="true" /></button>
      <dialog ref={drawer} className="bm-drawer bm-drawer-end" aria-labelledby="help-title" onClick={(event) => event.target === drawer.current && drawer.current?.close()}>
        <h2 id="help-title">{t('help.title')}</h2>
        <p>{pages[name] ?? t('help.general')}</p>
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
