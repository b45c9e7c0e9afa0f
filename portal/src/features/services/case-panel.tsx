// The panel of a case, for whoever names it: whom to ask, who has handed in, what came of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import type { FormEvent } from 'react'
import { api, ApiError, data } from '@/shared/api/client'
import type { Panel } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Tag } from '@/shared/ui/tag'
import { stageTones } from './review-list'

type Seat = Panel['seats'][number]
type Props = { id: string; seq: number }
const empty = { pool: '', seed: '' }

/** Accounts out of what was typed or pasted: apart by commas, blanks or lines, each once. */
export function accountsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;\uFF0C\uFF1B\u3001]+/).filter((part) => part !== ''))]
}

function Seats({ id, seq, panel }: Props & { panel: Panel }) {
  const w = useServiceWords()
  const cache = useQueryClient()
  const replace = useMutation({
    mutationFn: (seat: string) => data(api.POST('/api/v1/cases/{case}/panel/{seat}/replace', { params: { path: { case: id, seat } } })),
    onSuccess: (now) => cache.setQueryData(['panel', id, seq], now),
  })
  const columns: PlainColumn<Seat>[] = [
    { key: 'who', title: w('panel.who'), render: (seat) => <>{seat.account} {seat.org && <small>{seat.org.title}</small>}</> },
    { key: 'stage', title: w('panel.stage'), render: (seat) => <><Tag tone={stageTones[seat.stage]}>{w(seat.stage === 'asked' ? 'panel.asked' : `review.${seat.stage}`)}</Tag> <small>{formatTime(seat.changed_at)}</small></> },
    ...(panel.decided ? [{ key: 'score', title: w('panel.score'), align: 'right' as const, render: (seat: Seat) => (seat.score === undefined ? '' : formatNumber(seat.score)) }] : []),
    ...(panel.seats.some((seat) => seat.note !== '') ? [{ key: 'note', title: w('panel.note'), wide: true, render: (seat: Seat) => seat.note }] : []),
    ...(panel.decided ? [] : [{ key: 'act', title: w('panel.act'), render: (seat: Seat) => (seat.stage === 'asked' ? <Button size="small" loading={replace.isPending && replace.variables === seat.id} aria-label={w('panel.replace_of', { who: seat.account })} onClick={() => replace.mutate(seat.id)}>{w('panel.replace')}</Button> : '') }]),
  ]
  return <><ProblemNote error={replace.error} />{panel.seats.length > 0 && <PlainTable label={w('panel.title')} columns={columns} rows={panel.seats} rowKey={(seat) => seat.id} />}</>
}

function Name({ id, seq }: Props) {
  const w = useServiceWords()
  const cache = useQueryClient()
  const [{ pool, seed }, change, clear] = useDraft(`panel ${id}`, empty)
  const name = useMutation({
    mutationFn: () => data(api.POST('/api/v1/cases/{case}/panel', { params: { path: { case: id } }, body: { pool: accountsOf(pool), seed: seed.trim() } })),
    onSuccess: (now) => {
      clear()
      cache.setQueryData(['panel', id, seq], now)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    name.mutate()
  }
  return (
    <form className="bm-form bm-narrow-form" onSubmit={submit}>
      <div><label htmlFor="panel-pool">{w('panel.pool')}</label><Input.TextArea id="panel-pool" rows={3} value={pool} disabled={name.isPending} onChange={(event) => change({ pool: event.target.value })} /><p className="bm-foot">{w('panel.pool_hint')}</p></div>
      <div><label htmlFor="panel-seed">{w('panel.seed')}</label><Input id="panel-seed" maxLength={100} value={seed} disabled={name.isPending} onChange={(event) => change({ seed: event.target.value })} /><p className="bm-foot">{w('panel.seed_hint')}</p></div>
      <ProblemNote error={name.error} />
      <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={name.isPending} disabled={accountsOf(pool).length === 0}>{w('panel.name')}</Button></div>
    </form>
  )
}

/** `seq`: the panel is read anew when the case has gone on. */
export function CasePanel({ id, seq }: Props) {
  const w = useServiceWords()
  const two = useTwo()
  const panel = useQuery({ queryKey: ['panel', id, seq], queryFn: () => data(api.GET('/api/v1/cases/{case}/panel', { params: { path: { case: id } } })), placeholderData: (old) => old })
  if (panel.error instanceof ApiError && panel.error.problem.code === 'flows.no_panel') return null // not the reader's to name
  return (
    <QueryView query={panel} rows={1}>
      {(one) => (
        <section className="bm-panel" aria-labelledby="panel">
          <h2 id="panel">{w('panel.heading', { state: two(one.title), n: one.n })}</h2>
          <Seats id={id} seq={seq} panel={one} />
          {one.can_name && <Name id={id} seq={seq} />}
        </section>
      )}
    </QueryView>
  )
}
