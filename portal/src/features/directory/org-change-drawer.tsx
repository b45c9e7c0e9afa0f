// Move an organisation under another, merge it into another, or close it: first what it would change, then the change itself.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api, data } from '@/shared/api/client'
import type { Org, OrgPreview } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { formatNumber } from '@/shared/format/numbers'
import { today } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'

const empty = { other: '', on: '' }
export type Change = 'move' | 'merge' | 'close'
type Asked = { org: string; other: string; on: string }

function previewOf(what: Change, { org, other, on }: Asked): Promise<OrgPreview> {
  const params = { path: { id: org } }
  if (what === 'close') return data(api.POST('/api/v1/orgs/{id}/close/preview', { params, body: { on } }))
  return what === 'move'
    ? data(api.POST('/api/v1/orgs/{id}/move/preview', { params, body: { parent: other, on } }))
    : data(api.POST('/api/v1/orgs/{id}/merge/preview', { params, body: { into: other, on } }))
}

function changeOf(what: Change, { org, other, on }: Asked): Promise<Org> {
  const params = { path: { id: org } }
  if (what === 'close') return data(api.POST('/api/v1/orgs/{id}/close', { params, body: { on } }))
  return what === 'move'
    ? data(api.POST('/api/v1/orgs/{id}/move', { params, body: { parent: other, on } }))
    : data(api.POST('/api/v1/orgs/{id}/merge', { params, body: { into: other, on } }))
}

function Preview({ preview }: { preview: OrgPreview }) {
  const { t } = useTranslation()
  const two = useTwo()
  return (
    <div role="status">
      <h3>{t('org_change.would')}</h3>
      <p>{t('org_change.counts', { orgs: formatNumber(preview.n_orgs), students: formatNumber(preview.n_students), staff: formatNumber(preview.n_staff), accounts: formatNumber(preview.n_accounts) })}</p>
      <ul className="bm-effects">{preview.effects.map((effect) => <li key={effect.zh}>{two(effect)}</li>)}</ul>
    </div>
  )
}

export function OrgChangeDrawer({ org, what, onClose }: { org: Org; what: Change; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft(`org-${what} ${org.id}`, empty)
  const [seen, setSeen] = useState('')
  const on = draft.on || today()
  const asked: Asked = { org: org.id, other: draft.other, on }
  const key = JSON.stringify(asked)
  const preview = useMutation({ mutationFn: () => previewOf(what, asked), onSuccess: () => setSeen(key) })
  const make = useMutation({
    mutationFn: () => changeOf(what, asked),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries()
      onClose()
    },
  })
  const ready = seen === key && preview.data !== undefined
  return (
    <Drawer open onClose={onClose} title={t(`org_change.${what}_title`, { title: org.title })} size={460}>
      <div className="bm-form">
        {what !== 'close' && (
          <div>
            <label htmlFor="org-other">{t(`org_change.${what}_other`)}</label>
            <OrgInput id="org-other" value={draft.other} disabled={make.isPending} onChange={(other) => change({ other })} />
          </div>
        )}
        <div>
          <label htmlFor="org-on">{t('org_change.on')}</label>
          <input id="org-on" type="date" className="bm-input" value={on} max={today()} onChange={(event) => change({ on: event.target.value })} />
        </div>
        <ProblemNote error={preview.error ?? make.error} />
        {ready && <Preview preview={preview.data} />}
        <div className="bm-form-foot">
          <Button disabled={what !== 'close' && draft.other === ''} loading={preview.isPending} onClick={() => preview.mutate()}>{t('org_change.preview')}</Button>
          <Button type="primary" danger disabled={!ready} loading={make.isPending} onClick={() => make.mutate()}>{t(`org_change.${what}`)}</Button>
        </div>
      </div>
    </Drawer>
  )
}
