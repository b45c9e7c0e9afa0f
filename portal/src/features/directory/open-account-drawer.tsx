// A new account, without a role, with a one-time password that is shown once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Input } from 'antd'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useDraft } from '@/shared/draft'
import { ProblemNote } from '@/shared/ui/problem-note'
import { OneTime } from './one-time'

const empty = { account: '', person_code: '' }

export function OpenAccountDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft('account', empty)
  const open = useMutation({
    mutationFn: () => data(api.POST('/api/v1/accounts', { body: { account: draft.account, ...(draft.person_code === '' ? {} : { person_code: draft.person_code }) } })),
    onSuccess: () => {
      clear()
      void cache.invalidateQueries({ queryKey: ['accounts'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    open.mutate()
  }
  return (
    <Drawer open onClose={onClose} title={t('accounts.open')} size={420}>
      <form className="bm-form" onSubmit={submit}>
        <div><label htmlFor="new-account">{t('accounts.account')}</label><Input id="new-account" required minLength={2} maxLength={64} autoComplete="off" value={draft.account} onChange={(event) => change({ account: event.target.value })} /></div>
        <div><label htmlFor="new-person">{t('accounts.person_code')}</label><Input id="new-person" maxLength={64} autoComplete="off" value={draft.person_code} onChange={(event) => change({ person_code: event.target.value })} /></div>
        <p className="bm-foot">{t('accounts.open_note')}</p>
        <ProblemNote error={open.error} />
        {open.data && <OneTime secret={open.data} />}
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={open.isPending}>{t('accounts.open')}</Button></div>
      </form>
    </Drawer>
  )
}
