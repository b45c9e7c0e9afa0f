import { useTranslation } from 'react-i18next'

/** A one-time password: shown once, to be handed over in person and changed at the first sign-in. */
export function OneTime({ secret }: { secret: { account: string; password: string } }) {
  const { t } = useTranslation()
  return (
    <div role="status" className="bm-done">
      <p>{t('accounts.one_time', { account: secret.account })}</p>
      <code className="bm-secret">{secret.password}</code>
    </div>
  )
}
