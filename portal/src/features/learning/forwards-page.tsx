// Forwards: to which other stores learning records go, how far each is, what went wrong.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Forward } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { ForwardAct } from './forward-act'
import { ForwardForm } from './forward-form'
import { ForwardRefused } from './forward-refused'

const tones = { waiting: 'amber', running: 'green', paused: 'grey' } as const
const kMostCounted = 100_000
type Words = ReturnType<typeof useLearningWords>

/** How long the oldest statement has waited, in the largest unit that fits. */
export function behindText(forward: Pick<Forward, 'n_behind' | 'behind_s'>, w: Words): string {
  if (forward.n_behind === 0) return w('forwards.up_to_date')
  const s = forward.behind_s
  const wait = s < 120 ? w('forwards.seconds', { n: s }) : s < 7200 ? w('forwards.minutes', { n: Math.round(s / 60) }) : w('forwards.hours', { n: Math.round(s / 3600) })
  return w('forwards.behind_by', { n: `${formatNumber(forward.n_behind)}${forward.n_behind >= kMostCounted ? '+' : ''}`, wait })
}

function Where({ forward }: { forward: Forward }) {
  const w = useLearningWords()
  return (
    <>
      <strong>{forward.title}</strong><br /><code>{forward.endpoint}</code><br />
      <small>{forward.org?.title} · {w('tools.made', { by: forward.made_by, at: formatTime(forward.made_at) })}{forward.released_by !== undefined && ` · ${w('forwards.released', { by: forward.released_by })}`}</small>
      <span className="bm-tags bm-forward-tags">
        {forward.verbs.length > 0 && <Tag tone="violet">{w('tools.n_verbs', { n: forward.verbs.length })}</Tag>}
        {forward.profiles.length > 0 && <Tag tone="violet">{w('tools.n_profiles', { n: forward.profiles.length })}</Tag>}
      </span>
    </>
  )
}

function State({ forward }: { forward: Forward }) {
  const w = useLearningWords()
  const two = useTwo()
  const isFailing = forward.state === 'running' && forward.error !== undefined
  return (
    <>
      <Tag tone={forward.error === undefined ? tones[forward.state] : 'red'}>{isFailing ? w('forwards.state_failing') : w(`forwards.state_${forward.state}`)}</Tag>
      {forward.error !== undefined && <p className="bm-forward-error">{two(forward.error)}</p>}
      {forward.state === 'running' && forward.next_try_at !== undefined && <small>{w('forwards.next_try', { at: formatTime(forward.next_try_at), n: forward.n_failures })}</small>}
    </>
  )
}

export default function ForwardsPage() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const makes = useRight('packs.install')
  const [editing, setEditing] = useState<Forward | 'new' | null>(null)
  const [refused, setRefused] = useState<Forward | null>(null)
  const forwards = useQuery({ queryKey: ['forwards'], queryFn: () => data(api.GET('/api/v1/learning/forwards')), refetchInterval: 5000 })
  const columns: PlainColumn<Forward>[] = [
    { key: 'where', title: w('forwards.to'), wide: true, render: (forward) => <Where forward={forward} /> },
    { key: 'state', title: w('forwards.state'), wide: true, render: (forward) => <State forward={forward} /> },
    { key: 'behind', title: w('forwards.behind'), render: (forward) => behindText(forward, w) },
    { key: 'sent', title: w('forwards.sent'), align: 'right', render: (forward) => <>{formatNumber(forward.n_sent)}<br /><small>{formatTime(forward.sent_at)}</small></> },
    { key: 'refused', title: w('forwards.refused'), align: 'right', render: (forward) => (forward.n_refused > 0 ? <Tag tone="red">{formatNumber(forward.n_refused)}</Tag> : '0') },
    { key: 'act', title: t('accounts.action'), wide: true, render: (forward) => <ForwardAct forward={forward} onRefused={() => setRefused(forward)} onChange={() => setEditing(forward)} /> },
  ]
  const add = makes && <Button type="primary" onClick={() => setEditing('new')}>{w('forwards.add')}</Button>
  return (
    <Page title={w('forwards.title')} crumbs={[{ title: w('tools.title'), to: '/tools' }]} note={w('forwards.note')} actions={add}>
      <QueryView query={forwards} isEmpty={({ items }) => items.length === 0} empty={<EmptyState title={w('forwards.none')} hint={w('forwards.none_hint')} />}>
        {({ items }) => <PlainTable label={w('forwards.title')} columns={columns} rows={items} rowKey={(forward) => forward.id} />}
      </QueryView>
      {editing !== null && <ForwardForm changing={editing === 'new' ? undefined : editing} onClose={() => setEditing(null)} />}
      {refused && <ForwardRefused forward={refused} onClose={() => setRefused(null)} />}
    </Page>
  )
}
