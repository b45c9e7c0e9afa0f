// The door: account and password. A refusal shows the server's sentence and code.
import { Button } from 'antd'
import { useEffect, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignIn } from '@/shared/session/use-me'
import { LanguageSwitch } from '@/shared/ui/language-switch'
import { ProblemNote } from '@/shared/ui/problem-note'

export default function SignInPage() {
  const { t } = useTranslation()
  const signIn = useSignIn()
  const [account, setAccount] = useState('')
  const [password, setPassword] = useState('')
  useEffect(() => {
    document.title = `${t('session.sign_in')} - ${t('app.name')}`
  }, [t])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate({ account: account.trim(), password })
  }
  return (
    <div className="bm-door">
      <div className="bm-door-top"><LanguageSwitch /></div>
      <main className="bm-door-card">
        <p className="bm-door-brand"><span className="bm-brand-mark" aria-hidden="true" />{t('app.name')}</p>
        <h1>{t('app.title')}</h1>
        <form onSubmit={submit}>
          <label htmlFor="account">{t('session.account')}</label>
          <input id="account" name="account" className="bm-input" autoComplete="username" required autoFocus value={account} onChange={(event) => setAccount(event.target.value)} />
          <label htmlFor="password">{t('session.password')}</label>
          <input id="password" name="password" type="password" className="bm-input" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
          <ProblemNote error={signIn.error} />
          <Button type="primary" size="large" htmlType="submit" block loading={signIn.isPending}>{t('session.sign_in')}</Button>
        </form>
      </main>
    </div>
  )
}
