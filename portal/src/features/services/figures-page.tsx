// Figures of a service: how many cases, how long each step takes against what is promised, what is late, what was sent back.
import '@/pack-ui/pack-ui.css'
import './services.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Flow, FlowFigures } from '@/shared/api/types'
import { saveText } from '@/shared/download'
import { toCsv } from '@/shared/format/csv'
import { formatNumber } from '@/shared/format/numbers'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { PeriodLocks } from './period-locks'
import { stateOf, useFlows } from './queries'
import { spanText, usedText } from './words'

const day_ms = 86_400_000
type StateLine = FlowFigures['states'][number]

/** What was used of what is promised, in the unit of the promise; undefined: nothing is promised, or nothing has left the step. */
export function usedOf(line: StateLine): { used: number; promised: number; unit: NonNullable<StateLine['within']>['unit'] } | undefined {
  return line.within === undefined || line.n_promised === 0 ? undefined : { used: line.mean_used, promised: line.within.n, unit: line.within.unit }
}

/** A share as people say it; undefined: of nothing. */
export function shareText(n: number, of: number): string | undefined {
  return of === 0 ? undefined : `${formatNumber((100 * n) / of, 1)}%`
}

/** The mean of ratings of one, two … stars and how many there are; undefined: none. */
export function meanStars(counts: number[]): { mean: number; n: number } | undefined {
  const n = counts.reduce((sum, count) => sum + count, 0)
  return n === 0 ? undefined : { n, mean: counts.reduce((sum, count, at) => sum + count * (at + 1), 0) / n }
}

/** Used against promised on one scale, as two bars with words. */
function Against({ line }: { line: StateLine }) {
  const w = useServiceWords()
  const of = usedOf(line)
  if (line.n_left === 0) return <>{w('figures.nothing_left')}</>
  if (of === undefined) return <>{w('figures.used', { span: usedText(line.mean_days * day_ms, w) })}</>
  const scale = Math.max(of.used, of.promised) || 1
  const isOver = of.used > of.promised
  const span = (n: number) => w(`span.${of.unit}`, { n: formatNumber(n, 1) })
  return (
    <div className="bm-against">
      <span><i className={isOver ? 'bm-against-over' : 'bm-against-used'} style={{ width: `${(100 * of.used) / scale}%` }} /></span><small>{w('figures.used', { span: span(of.used) })}{isOver && ` · ${w('figures.over')}`}</small>
      <span><i className="bm-against-promised" style={{ width: `${(100 * of.promised) / scale}%` }} /></span><small>{w('figures.promised', { span: span(of.promised) })}</small>
    </div>
  )
}

function Figures({ flow, figures }: { flow: Flow; figures: FlowFigures }) {
  const w = useServiceWords()
  const two = useTwo()
  const place = (line: StateLine) => flow.states.findIndex((state) => state.id === line.state)
  const states = figures.states.filter((line) => line.n_open > 0 || (stateOf(flow, line.state)?.by.length ?? 1) > 0).sort((a, b) => place(a) - place(b))
  const columns: PlainColumn<StateLine>[] = [
    { key: 'state', title: w('figures.state'), render: (line) => two(line.title) },
    { key: 'open', title: w('figures.open'), align: 'right', render: (line) => formatNumber(line.n_open) },
    { key: 'late', title: w('figures.late'), align: 'right', render: (line) => formatNumber(line.n_late) },
    { key: 'left', title: w('figures.left'), align: 'right', render: (line) => formatNumber(line.n_left) },
    { key: 'within', title: w('figures.within'), align: 'right', render: (line) => shareText(line.n_within, line.n_promised) ?? '' },
    { key: 'days', title: w('figures.days'), wide: true, render: (line) => <Against line={line} /> },
  ]
  const stars = meanStars(figures.n_by_stars)
  const share = shareText(figures.n_within, figures.n_promised)
  const facts: [string, string][] = [
    [w('figures.n_opened'), formatNumber(figures.n_opened)], [w('figures.n_closed'), formatNumber(figures.n_closed)], [w('figures.n_returned'), formatNumber(figures.n_returned)],
    [w('figures.mean_days'), figures.n_closed === 0 ? w('figures.none_yet') : usedText(figures.mean_days * day_ms, w)],
    [w('figures.within'), share === undefined ? w('figures.none_yet') : w('figures.within_of', { share, n: formatNumber(figures.n_within), of: formatNumber(figures.n_promised) })],
    ...(figures.promised_days === undefined ? [] : [[w('figures.promised_used'), w('figures.promised_used_of', { promised: formatNumber(figures.promised_days, 1), used: formatNumber(figures.used_days ?? 0, 1) })] as [string, string]]),
    [w('figures.typed'), w('figures.typed_of', { n: formatNumber(figures.mean_typed, 1), filled: formatNumber(figures.mean_filled, 1) })],
    [w('figures.stars'), stars === undefined ? w('figures.none_yet') : w('figures.stars_of', { mean: formatNumber(stars.mean, 1), n: formatNumber(stars.n) })],
  ]
  const save = () => saveText(toCsv([w('figures.state'), w('figures.open'), w('figures.late'), w('figures.left'), w('figures.days'), w('figures.promise'), w('figures.within')], states.map((line) => [two(line.title), line.n_open, line.n_late, line.n_left, line.mean_days, line.within ? spanText(line.within, w) : null, shareText(line.n_within, line.n_promised) ?? null])), `${two(flow.title)}.csv`)
  return (
    <>
      <dl className="bm-figures">{facts.map(([title, text]) => <div key={title} className="bm-panel"><dt>{title}</dt><dd>{text}</dd></div>)}</dl>
      <PlainTable label={w('figures.by_state')} columns={columns} rows={states} rowKey={(line) => line.state} />
      <p className="bm-foot">{w('figures.note')}</p>
      <p className="bm-no-print"><Button onClick={save}>{w('figures.csv')}</Button></p>
    </>
  )
}

export default function FiguresPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const [address, change] = useAddress()
  const flows = useFlows()
  const flow = flows.data?.items.find((one) => one.id === address.get('flow')) ?? flows.data?.items[0]
  const figures = useQuery({ queryKey: ['flow-figures', flow?.id], queryFn: () => data(api.GET('/api/v1/flows/{flow}/figures', { params: { path: { flow: flow?.id ?? '' } } })), enabled: flow !== undefined })
  return (
    <Page title={w('figures.title')} crumbs={[{ title: t('menu.work'), to: '/work' }]} note={w('figures.scope')}>
      <QueryView query={flows} isEmpty={(list) => list.items.length === 0} empty={<EmptyState title={w('hall.none')} hint={w('hall.none_hint')} />}>
        {(list) => (
          <>
            <div className="bm-query"><Choice label={w('cases.flow')} value={flow?.id ?? ''} options={list.items.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={(id) => change({ flow: id })} /></div>
            <QueryView query={figures} isEmpty={(all) => all.n_opened === 0} empty={<EmptyState title={w('figures.no_cases')} hint={w('figures.no_cases_hint')} />}>{(all) => flow && <Figures flow={flow} figures={all} />}</QueryView>
            {flow && <PeriodLocks key={flow.id} flow={flow} />}
          </>
        )}
      </QueryView>
    </Page>
  )
}
