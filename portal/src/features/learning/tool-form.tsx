// A new key for a tool: what it may do, and about whom. What was typed is kept until it is sent; the secret never is.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Drawer, Input } from 'antd'
import type { FormEvent } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api, data, idempotencyKey } from '@/shared/api/client'
import type { XapiKeyIn } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { useLearningWords } from '@/shared/i18n/learning'
import { ProblemNote } from '@/shared/ui/problem-note'
import { linesOf } from './lines'
import { ToolSecret } from './tool-secret'
import { scopeNames, type ScopeName } from './scopes'

const empty = { title: '', org: '', scopes: ['statements/write'] as ScopeName[], own_users: false, verbs: '', profiles: '', validate: false }

export function ToolForm({ onClose }: { onClose: () => void }) {
  const w = useLearningWords()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft('learning-tool', empty)
  const create = useMutation({
    mutationFn: (body: XapiKeyIn) => data(api.POST('/api/v1/xapi/keys', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body })),
    onSuccess: () => {
      clear()
      void cache.invalidateQueries({ queryKey: ['xapi-keys'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { title, scopes, own_users, validate } = draft
    create.mutate({ title, scopes, own_users, validate, verbs: linesOf(draft.verbs), profiles: linesOf(draft.profiles), ...(draft.org === '' ? {} : { org: draft.org }) })
  }
  return (
    <Drawer open title={w('tools.add')} onClose={onClose} size={480}>
      {create.data ? <ToolSecret made={create.data} /> : (
        <form className="bm-form" onSubmit={submit}>
          <div><label htmlFor="tool-title">{w('tools.name')}</label><Input id="tool-title" required maxLength={120} autoComplete="off" value={draft.title} onChange={(event) => change({ title: event.target.value })} /></div>
          <div><label htmlFor="tool-org">{w('tools.org')}</label><OrgInput id="tool-org" value={draft.org} disabled={false} onChange={(org) => change({ org })} /><p className="bm-foot">{w('tools.own_org')}</p></div>
          <fieldset>
            <legend>{w('tools.scopes')}</legend>
            <Checkbox.Group options={scopeNames.map((value) => ({ value, label: w(`tools.scope_${value}`) }))} value={draft.scopes} onChange={(scopes) => change({ scopes: scopeNames.filter((name) => scopes.includes(name)) })} />
          </fieldset>
          <Checkbox checked={draft.own_users} onChange={(event) => change({ own_users: event.target.checked })}>{w('tools.own_users')}</Checkbox>
          <div><label htmlFor="tool-verbs">{w('tools.verbs')}</label><Input.TextArea id="tool-verbs" rows={2} value={draft.verbs} onChange={(event) => change({ verbs: event.target.value })} /></div>
          <div><label htmlFor="tool-profiles">{w('tools.profiles')}</label><Input.TextArea id="tool-profiles" rows={2} value={draft.profiles} onChange={(event) => change({ profiles: event.target.value })} /></div>
          <Checkbox checked={draft.validate} onChange={(event) => change({ validate: event.target.checked })}>{w('tools.validate')}</Checkbox>
          <ProblemNote error={create.error} />
          <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={create.isPending} disabled={draft.scopes.length === 0}>{w('tools.create')}</Button></div>
        </form>
      )}
    </Drawer>
  )
}
