import UserOutlined from '@ant-design/icons/es/icons/UserOutlined'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Me } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { changePrefs, usePrefs } from '@/shared/prefs'
import { useSignOut } from '@/shared/session/use-me'
import { RoleSwitch } from './role-switch'

/** Who is signed in, as what and where; role, print and colours; own sessions and tokens; sign-out. */
export function AccountMenu({ me }: { me: Me }) {
  const { t } = useTranslation()
  const two = useTwo()
  const prefs = usePrefs()
  const signOut = useSignOut()
  return (
    <details className="bm-account">
      <summary><UserOutlined aria-hidden="true" /><span>{me.name}</span></summary>
      <div className="bm-account-sheet">
        <p className="bm-account-name">{me.name} <code>{me.account}</code></p>
        <ul>{me.roles.map((role) => <li key={`${role.role} ${role.org.id}`}>{two(role.title)} · {role.org.title}</li>)}</ul>
        <RoleSwitch me={me} id="act-as" />
        <div className="bm-prefs">
          <button type="button" className="bm-plain-button" aria-pressed={prefs.large} onClick={() => changePrefs({ large: !prefs.large })}>{t('shell.large_print')}</button>
          <button type="button" className="bm-plain-button" aria-pressed={prefs.dark} onClick={() => changePrefs({ dark: !prefs.dark })}>{t('shell.dark')}</button>
        </div>
        <Link to="/me">{t('menu.me')}</Link>
        <Link to="/password">{t('session.change_password')}</Link>
        <button type="button" className="bm-plain-button" onClick={() => signOut.mutate()}>{t('session.sign_out')}</button>
      </div>
    </details>
  )
}
