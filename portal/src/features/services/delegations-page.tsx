// Who acts for whom during an absence: what one gave and what one was given, and a new one.
import '@/pack-ui/pack-ui.css'
import './services.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data, idempotencyKey } from '@/shared/api/client'
import type { Delegation } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { formatDate, today } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { useFlows } from './queries'

type Wish = { to: string; from: string; until: string; note: string; flows: string[] }
const empty: Wish = { to: '', from: '', until: '', note: '', flows: [] }

function Give() {
  const w = useServiceWords()
  const two = useTwo()
  const cache = useQueryClient()
  const flows = useFlows().data?.items ?? []
  const [wish, change, clear] = useDraft('delegation', empty)
  const from = wish.from === '' ? today() : wish.from
  const give = useMutation({
    mutationFn: () => data(api.POST('/api/v1/delegations', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body: { ...wish, to: wish.to.trim(), note: wish.note.trim(), from } })),
    onSuccess: () => {
      clear()
      return cache.invalidateQueries({ queryKey: ['delegations'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    give.mutate()
  }
  return (
    <section className="bm-panel" aria-labelledby="give">
      <h2 id="give">{w('away.give')}</h2>
      <p className="bm-foot">{w('away.give_note')}</p>
      <form className="bm-form bm-narrow-form" onSubmit={submit}>
        <div><label htmlFor="away-to">{w('away.to')}</label><Input id="away-to" required maxLength={64} autoComplete="off" value={wish.to} disabled={give.isPending} onChange={(event) => change({ to: event.target.value })} /><p className="bm-foot">{w('away.to_hint')}</p></div>
        <div><label htmlFor="away-from">{w('away.from')}</label><Input id="away-from" type="date" required value={from} disabled={give.isPending} onChange={(event) => change({ from: event.target.value })} /></div>
        <div><label htmlFor="away-until">{w('away.until')}</label><Input id="away-until" type="date" required min={from} value={wish.until} disabled={give.isPending} onChange={(event) => change({ until: event.target.value })} /></div>
        <fieldset><legend>{w('away.flows')}</legend><Checkbox.Group value={wish.flows} disabled={give.isPending} options={flows.map((flow) => ({ value: flow.id, label: two(flow.title) }))} onChange={(chosen) => change({ flows: chosen })} /><p className="bm-foot">{w('away.flows_hint')}</p></fieldset>
        <div><label htmlFor="away-note">{w('away.note')}</label><Input id="away-note" maxLength={160} value={wish.note} disabled={give.isPending} onChange={(event) => change({ note: event.target.value })} /></div>
        <ProblemNote error={give.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={give.isPending} disabled={wish.to.trim() === '' || wish.until === ''}>{w('away.confirm')}</Button></div>
      </form>
    </section>
  )
}

function List({ items }: { items: Delegation[] }) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const cache = useQueryClient()
  const flows = useFlows().data?.items ?? []
  const end = useMutation({
    mutationFn: (delegation: string) => api.POST('/api/v1/delegations/{delegation}/end', { params: { path: { delegation } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['delegations'] }),
  })
  const titleOf = (id: string) => { const flow = flows.find((one) => one.id === id); return flow === undefined ? id : two(flow.title) }
  const columns: PlainColumn<Delegation>[] = [
    { key: 'who', title: w('away.who'), render: (one) => w(one.is_mine ? 'away.by_me' : 'away.for_me', { from: one.from, to: one.to }) },
    { key: 'when', title: w('away.when'), render: (one) => `${formatDate(one.from_at)} – ${formatDate(new Date(Date.parse(one.until_at) - 1).toISOString())}` },
    { key: 'flows', title: w('away.flows'), wide: true, render: (one) => (one.flows.length === 0 ? w('cases.all_flows') : one.flows.map(titleOf).join(t('list.comma'))) },
    { key: 'state', title: w('away.state'), render: (one) => <Tag tone={one.holds ? 'green' : 'grey'}>{w(one.holds ? 'away.holds' : one.ended_at !== undefined ? 'away.ended' : Date.parse(one.from_at) > Date.now() ? 'away.coming' : 'away.over')}</Tag> },
    { key: 'note', title: w('away.note'), wide: true, render: (one) => one.note },
    { key: 'end', title: w('panel.act'), render: (one) => (one.ended_at === undefined && Date.parse(one.until_at) > Date.now() ? <Button size="small" loading={end.isPending && end.variables === one.id} aria-label={w('away.end_of', { to: one.to })} onClick={() => end.mutate(one.id)}>{w('away.end')}</Button> : '') },
  ]
  return <><ProblemNote error={end.error} /><PlainTable label={w('away.title')} columns={columns} rows={items} rowKey={(one) => one.id} /></>
}

export default function DelegationsPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const all = useQuery({ queryKey: ['delegations'], queryFn: () => data(api.GET('/api/v1/delegations')) })
  return (
    <Page title={w('away.title')} crumbs={[{ title: t('menu.work'), to: '/work' }]} note={w('away.page_note')}>
      <QueryView query={all} rows={2} isEmpty={(list) => list.items.length === 0} empty={<EmptyState title={w('away.none')} hint={w('away.none_hint')} />}>{(list) => <List items={list.items} />}</QueryView>
      <div className="bm-after"><Give /></div>
    </Page>
  )
}
