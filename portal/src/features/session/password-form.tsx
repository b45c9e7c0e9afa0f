import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '@/shared/api/client'
import { meKey } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'

/** One's own password: the present one, and the new one twice. */
export function PasswordForm() {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const change = useMutation({
    mutationFn: () => api.PUT('/api/v1/me/password', { body: { old_password: old, new_password: fresh } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: meKey }),
  })
  const differs = again !== '' && fresh !== again
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!differs) change.mutate()
  }
  return (
    <form className="bm-narrow-form" onSubmit={submit}>
      <label htmlFor="old">{t('session.old_password')}</label>
      <Input id="old" type="password" autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
      <label htmlFor="fresh">{t('session.new_password')}</label>
      <Input id="fresh" type="password" autoComplete="new-password" required value={fresh} onChange={(event) => setFresh(event.target.value)} />
      <label htmlFor="again">{t('session.repeat_password')}</label>
      <Input id="again" type="password" autoComplete="new-password" required status={differs ? 'error' : undefined} value={again} onChange={(event) => setAgain(event.target.value)} />
      {differs && <p role="alert" className="bm-field-error">{t('session.passwords_differ')}</p>}
      <ProblemNote error={change.error} />
      {change.isSuccess && <p role="status" className="bm-done">{t('session.password_changed')}</p>}
      <Button type="primary" htmlType="submit" loading={change.isPending}>{t('action.save')}</Button>
    </form>
  )
}
