// A new forward, or a changed one: where to, under which key, which statements. What was typed is kept until it is sent; the secret never is.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Drawer, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api, data, idempotencyKey } from '@/shared/api/client'
import type { Forward, ForwardIn } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { useLearningWords } from '@/shared/i18n/learning'
import { Choice } from '@/shared/ui/choice'
import { ProblemNote } from '@/shared/ui/problem-note'
import { linesOf } from './lines'

const empty = { title: '', endpoint: '', version: '2.0.0' as Forward['version'], key: '', org: '', verbs: '', profiles: '', beginning: false }
type Values = typeof empty
const valuesOf = (forward: Forward): Values => ({
  title: forward.title, endpoint: forward.endpoint, version: forward.version, key: forward.key, org: forward.org?.id ?? '',
  verbs: forward.verbs.join('\n'), profiles: forward.profiles.join('\n'), beginning: false,
})
const bodyOf = (values: Values, secret: string): ForwardIn => ({
  title: values.title, endpoint: values.endpoint.replace(/\/+$/, ''), version: values.version, key: values.key, verbs: linesOf(values.verbs), profiles: linesOf(values.profiles),
  from: values.beginning ? 'beginning' : 'now', ...(secret === '' ? {} : { secret }), ...(values.org === '' ? {} : { org: values.org }),
})

function useSend(changing: Forward | undefined, onDone: () => void) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: ForwardIn) =>
      changing
        ? data(api.PUT('/api/v1/learning/forwards/{id}', { params: { path: { id: changing.id } }, body }))
        : data(api.POST('/api/v1/learning/forwards', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body })),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['forwards'] })
      onDone()
    },
  })
}

export function ForwardForm({ changing, onClose }: { changing?: Forward; onClose: () => void }) {
  const w = useLearningWords()
  const [start] = useState(() => (changing ? valuesOf(changing) : empty))
  const [draft, change, clear] = useDraft(`forward ${changing?.id ?? 'new'}`, start)
  const [secret, setSecret] = useState('')
  const send = useSend(changing, () => {
    clear()
    onClose()
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate(bodyOf(draft, secret))
  }
  // The kept secret belongs to the old address and key.
  const needsSecret = changing === undefined || bodyOf(draft, '').endpoint !== changing.endpoint || draft.key !== changing.key
  const title = changing ? w('forwards.change') : w('forwards.add')
  return (
    <Drawer open title={title} onClose={onClose} size={480}>
      <form className="bm-form" onSubmit={submit}>
        <div><label htmlFor="forward-title">{w('forwards.name')}</label><Input id="forward-title" required maxLength={120} autoComplete="off" value={draft.title} onChange={(event) => change({ title: event.target.value })} /></div>
        <div><label htmlFor="forward-endpoint">{w('forwards.endpoint')}</label><Input id="forward-endpoint" type="url" required maxLength={500} autoComplete="off" placeholder="https://lrs.example.cn/xapi" value={draft.endpoint} onChange={(event) => change({ endpoint: event.target.value })} /></div>
        <Choice label={w('forwards.version')} value={draft.version} options={[{ value: '2.0.0', label: 'xAPI 2.0' }, { value: '1.0.3', label: 'xAPI 1.0.3' }]} onChange={(version) => change({ version: version === '1.0.3' ? '1.0.3' : '2.0.0' })} />
        <div><label htmlFor="forward-key">{w('forwards.key')}</label><Input id="forward-key" required maxLength={200} autoComplete="off" value={draft.key} onChange={(event) => change({ key: event.target.value })} /></div>
        <div>
          <label htmlFor="forward-secret">{w('forwards.secret')}</label>
          <Input id="forward-secret" type="password" required={needsSecret} maxLength={500} autoComplete="new-password" value={secret} onChange={(event) => setSecret(event.target.value)} />
          {changing && <p className="bm-foot">{w('forwards.secret_stays')}</p>}
        </div>
        {!changing && <div><label htmlFor="forward-org">{w('forwards.org')}</label><OrgInput id="forward-org" value={draft.org} disabled={false} onChange={(org) => change({ org })} /><p className="bm-foot">{w('forwards.org_hint')}</p></div>}
        <div><label htmlFor="forward-verbs">{w('tools.verbs')}</label><Input.TextArea id="forward-verbs" rows={2} value={draft.verbs} onChange={(event) => change({ verbs: event.target.value })} /></div>
        <div><label htmlFor="forward-profiles">{w('tools.profiles')}</label><Input.TextArea id="forward-profiles" rows={2} value={draft.profiles} onChange={(event) => change({ profiles: event.target.value })} /></div>
        {!changing && <Checkbox checked={draft.beginning} onChange={(event) => change({ beginning: event.target.checked })}>{w('forwards.beginning')}</Checkbox>}
        <ProblemNote error={send.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={send.isPending}>{changing ? w('forwards.save') : w('forwards.make')}</Button></div>
      </form>
    </Drawer>
  )
}
