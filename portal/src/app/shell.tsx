// The frame of every page: brand, search, notices, help, language, account, menu by rights. On narrow screens the menu is a drawer.
import MenuOutlined from '@ant-design/icons/es/icons/MenuOutlined'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Me } from '@/shared/api/types'
import { LanguageSwitch } from '@/shared/ui/language-switch'
import { AccountMenu } from './account-menu'
import { Bell } from './bell'
import { ConnectionBar } from './connection-bar'
import { HelpDrawer } from './help-drawer'
import { Menu } from './menu'
import { Palette } from './palette'

export default function Shell({ me, children }: { me: Me; children: ReactNode }) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const drawer = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    drawer.current?.close()
    for (const sheet of document.querySelectorAll('details.bm-account[open]')) sheet.removeAttribute('open')
  }, [pathname])
  return (
    <div className="bm-shell">
      <a className="bm-skip" href="#content">{t('shell.skip')}</a>
      <header className="bm-top">
        <button type="button" className="bm-icon-button bm-menu-button" aria-label={t('shell.open_menu')} onClick={() => drawer.current?.showModal()}>
          <MenuOutlined />
        </button>
        <Link to="/" className="bm-brand"><span className="bm-brand-mark" aria-hidden="true" /><span className="bm-brand-name">{t('app.name')}</span><small>{t('app.line')}</small></Link>
        <div className="bm-top-end">
          <Palette me={me} />
          <Bell />
          <HelpDrawer />
          <LanguageSwitch />
          <AccountMenu me={me} />
        </div>
      </header>
      <ConnectionBar />
      {me.acting && <p className="bm-acting" role="note">{me.roles.length === 0 ? t('shell.role_lost') : t('shell.acting', { role: me.acting.org.title })}</p>}
      {me.demo && <p className="bm-demo" role="note">{t('shell.demo')}</p>}
      <div className="bm-body">
        <aside className="bm-side"><Menu me={me} label={t('shell.menu')} /></aside>
        <dialog
          ref={drawer}
          className="bm-drawer"
          aria-label={t('shell.menu')}
          onClick={(event) => event.target === drawer.current && drawer.current?.close()}
        >
          <button type="button" className="bm-plain-button" onClick={() => drawer.current?.close()}>{t('action.close')}</button>
          <Menu me={me} label={t('shell.menu')} onGo={() => drawer.current?.close()} />
        </dialog>
        <main id="content" className="bm-content" tabIndex={-1}>{children}</main>
      </div>
    </div>
  )
}
