// Where a one-time password leads, and one that is too old: nothing else opens before a new one is set.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignOut } from '@/shared/session/use-me'
import { LanguageSwitch } from '@/shared/ui/language-switch'
import { PasswordForm } from './password-form'

export default function FirstPasswordPage() {
  const { t } = useTranslation()
  const signOut = useSignOut()
  useEffect(() => {
    document.title = `${t('session.first_password')} - ${t('app.name')}`
  }, [t])
  return (
    <div className="bm-door">
      <div className="bm-door-top"><LanguageSwitch /></div>
      <main className="bm-door-card">
        <p className="bm-door-brand"><span className="bm-brand-mark" aria-hidden="true" />{t('app.name')}</p>
        <h1>{t('session.first_password')}</h1>
        <p>{t('session.first_password_why')}</p>
        <PasswordForm />
        <button type="button" className="bm-plain-button" onClick={() => signOut.mutate()}>{t('session.sign_out')}</button>
      </main>
    </div>
  )
}
