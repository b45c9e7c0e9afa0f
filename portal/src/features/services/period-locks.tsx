// Periods of a service that are closed, for whom and since when; who may, closes one and opens it again, with a reason.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import type { FormEvent } from 'react'
import { api, data } from '@/shared/api/client'
import type { Flow, FlowLocks } from '@/shared/api/types'
import { useDataset } from '@/shared/datasets'
import { useDraft } from '@/shared/draft'
import { formatDate, formatTime, today } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Tag } from '@/shared/ui/tag'

type Wish = { period: string; level: string; act: string; until: string; reason: string }
type Line = FlowLocks['items'][number]
const empty: Wish = { period: '', level: '', act: 'close', until: '', reason: '' }
const longestReason = 300

function Act({ flow, locks }: { flow: Flow; locks: FlowLocks }) {
  const w = useServiceWords()
  const two = useTwo()
  const cache = useQueryClient()
  const dataset = useDataset(flow.dataset)
  const [wish, change, clear] = useDraft(`lock ${flow.id}`, empty)
  const level = wish.level === '' ? (locks.levels[0]?.id ?? '') : wish.level
  const closes = wish.act === 'close'
  const codes = dataset.data?.fields.find((field) => field.id === locks.period_field)?.codes
  const save = useMutation({
    mutationFn: () => data(api.POST('/api/v1/flows/{flow}/locks', { params: { path: { flow: flow.id } }, body: { period: wish.period.trim(), level, closes, until: closes && wish.until !== '' ? wish.until : undefined, reason: wish.reason.trim() } })),
    onSuccess: (now) => {
      clear()
      cache.setQueryData(['flow-locks', flow.id], now)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form className="bm-form bm-narrow-form bm-after" onSubmit={submit}>
      {codes === undefined
        ? <div><label htmlFor="lock-period">{w('figures.lock_period')}</label><Input id="lock-period" required inputMode="numeric" maxLength={20} value={wish.period} disabled={save.isPending} onChange={(event) => change({ period: event.target.value })} /></div>
        : <Choice label={w('figures.lock_period')} value={wish.period} empty="" options={codes.map((one) => ({ value: one.code, label: one.title }))} onChange={(period) => change({ period: period ?? '' })} />}
      <Choice label={w('figures.lock_level')} value={level} options={locks.levels.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={(id) => change({ level: id ?? '' })} />
      <Choice label={w('figures.lock_act')} value={wish.act} options={[{ value: 'close', label: w('figures.lock_close') }, { value: 'open', label: w('figures.lock_reopen') }]} onChange={(act) => change({ act: act ?? 'close' })} />
      {closes && <div><label htmlFor="lock-until">{w('figures.lock_last')}</label><Input id="lock-until" type="date" min={today()} value={wish.until} disabled={save.isPending} onChange={(event) => change({ until: event.target.value })} /></div>}
      <div><label htmlFor="lock-reason">{w('figures.lock_reason')}</label><Input id="lock-reason" required maxLength={longestReason} value={wish.reason} disabled={save.isPending} onChange={(event) => change({ reason: event.target.value })} /></div>
      <ProblemNote error={save.error} />
      <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={save.isPending} disabled={wish.period.trim() === '' || wish.reason.trim() === ''}>{w('figures.lock_save')}</Button></div>
    </form>
  )
}

export function PeriodLocks({ flow }: { flow: Flow }) {
  const w = useServiceWords()
  const two = useTwo()
  const locks = useQuery({ queryKey: ['flow-locks', flow.id], queryFn: () => data(api.GET('/api/v1/flows/{flow}/locks', { params: { path: { flow: flow.id } } })) })
  if (locks.data?.period_field === '') return null // the service closes no periods
  const state = (line: Line) => (!line.closes ? w('figures.lock_open') : line.until !== undefined && line.until >= today() ? w('figures.lock_until', { day: formatDate(line.until) }) : w('figures.lock_closed'))
  const columns: PlainColumn<Line>[] = [
    { key: 'period', title: w('figures.lock_period'), render: (line) => two(line.period_title) },
    { key: 'level', title: w('figures.lock_level'), render: (line) => two(line.level_title) },
    { key: 'state', title: w('figures.lock_state'), render: (line) => <Tag tone={line.closes ? 'amber' : 'green'}>{state(line)}</Tag> },
    { key: 'at', title: w('figures.lock_at'), render: (line) => formatTime(line.at) },
    { key: 'org', title: w('figures.lock_org'), render: (line) => line.org?.title ?? '' },
    { key: 'reason', title: w('figures.lock_reason'), wide: true, render: (line) => line.reason },
  ]
  return (
    <section className="bm-panel bm-after" aria-labelledby="locks">
      <h2 id="locks">{w('figures.locks')}</h2>
      <QueryView query={locks} rows={2}>
        {(all) => (
          <>
            <p className="bm-foot">{w('figures.lock_note', { by: all.by ? two(all.by) : '' })}</p>
            {all.items.length === 0 ? <p>{w('figures.locks_none')}</p> : <PlainTable label={w('figures.locks')} columns={columns} rows={all.items} rowKey={(line) => `${line.period} ${line.level}`} />}
            {all.can_change && <Act flow={flow} locks={all} />}
          </>
        )}
      </QueryView>
    </section>
  )
}
