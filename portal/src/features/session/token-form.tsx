// A new API token: some of my rights, for some days. The token itself is shown once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useDraft } from '@/shared/draft'
import { useMe } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useRightTitle } from './words'

const empty = { title: '', rights: [] as string[], days: '90' }

export function TokenForm() {
  const { t } = useTranslation()
  const me = useMe()
  const rightTitle = useRightTitle()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft('token', empty)
  const create = useMutation({
    mutationFn: () => data(api.POST('/api/v1/me/tokens', { body: { title: draft.title, rights: draft.rights, days: Number(draft.days) } })),
    onSuccess: () => {
      clear()
      void cache.invalidateQueries({ queryKey: ['my-tokens'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit} aria-labelledby="new-token">
      <h3 id="new-token">{t('me.new_token')}</h3>
      <div><label htmlFor="token-title">{t('me.token_title')}</label><Input id="token-title" required maxLength={200} value={draft.title} onChange={(event) => change({ title: event.target.value })} /></div>
      <fieldset>
        <legend>{t('me.token_rights')}</legend>
        <Checkbox.Group options={(me.data?.rights ?? []).map((right) => ({ value: right, label: rightTitle(right) }))} value={draft.rights} onChange={(rights) => change({ rights: rights.map(String) })} />
      </fieldset>
      <div><label htmlFor="token-days">{t('me.token_days')}</label><Input id="token-days" type="number" min={1} max={366} required value={draft.days} onChange={(event) => change({ days: event.target.value })} /></div>
      <ProblemNote error={create.error} />
      {create.data && <p role="status" className="bm-done">{t('me.token_once')} <code className="bm-secret">{create.data.token}</code></p>}
      <div><Button type="primary" htmlType="submit" loading={create.isPending} disabled={draft.rights.length === 0}>{t('me.create_token')}</Button></div>
    </form>
  )
}
