import UserOutlined from '@ant-design/icons/es/icons/UserOutlined'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Me } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { useSignOut } from '@/shared/session/use-me'

/** Who is signed in, as what and where; change of password; sign-out. */
export function AccountMenu({ me }: { me: Me }) {
  const { t } = useTranslation()
  const two = useTwo()
  const signOut = useSignOut()
  return (
    <details className="bm-account">
      <summary><UserOutlined aria-hidden="true" /><span>{me.name}</span></summary>
      <div className="bm-account-sheet">
        <p className="bm-account-name">{me.name} <code>{me.account}</code></p>
        <ul>{me.roles.map((role) => <li key={`${role.role} ${role.org.id}`}>{two(role.title)} · {role.org.title}</li>)}</ul>
        <Link to="/password">{t('session.change_password')}</Link>
        <button type="button" className="bm-plain-button" onClick={() => signOut.mutate()}>{t('session.sign_out')}</button>
      </div>
    </details>
  )
}
