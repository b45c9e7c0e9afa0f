// An answer as a card: what is drawn, by which kind of picture, and which others its shape allows.
import { columnsOf } from '@/pack-ui/cards/result'
import type { AskAnswer, Card, QueryResult } from '@/shared/api/types'

export type Kind = Card['kind']

/** The whole table. */
export function tableOf(answer: AskAnswer): QueryResult {
  return { columns: answer.columns, rows: answer.rows, suppressed: answer.suppressed, n: answer.n, as_of: answer.as_of ?? '', more: false }
}

/** The column that the question was about: the share, what the rows are in the order of, else the metrics themselves. */
function told(answer: AskAnswer): string[] {
  const has = (id: string) => answer.columns.some((column) => column.id === id)
  const [metric = ''] = answer.query?.metrics ?? []
  const order = (answer.query?.order ?? '').replace(/^-/, '')
  const own = answer.query?.intent === 'share' ? `${metric}__share` : answer.query?.intent === 'contribution' ? `${metric}__contribution` : order.includes('__') ? order : ''
  return own !== '' && has(own) ? [own] : answer.columns.filter((column) => column.kind === 'metric').map((column) => column.id)
}

/** What a picture draws: the groups and the figures that were asked for. The table has the rest. */
export function drawnOf(answer: AskAnswer): QueryResult {
  const whole = tableOf(answer)
  const figures = told(answer)
  const kept = whole.columns.flatMap((column, index) => (column.kind === 'dimension' || figures.includes(column.id) ? [index] : []))
  return {
    ...whole,
    columns: kept.flatMap((index) => whole.columns[index] ?? []).map((column) => (column.kind === 'dimension' ? column : { ...column, kind: 'metric' as const })),
    rows: whole.rows.map((row) => kept.map((index) => row[index] ?? null)),
    suppressed: whole.suppressed.flatMap(([row, column]) => (row !== undefined && column !== undefined && kept.includes(column) ? [[row, kept.indexOf(column)]] : [])),
  }
}

/** Pictures that the shape of an answer allows, the one that the server chose first. A pie is drawn as bars: shares are read from lengths. */
export function kindsOf(answer: AskAnswer): Kind[] {
  const groups = columnsOf(drawnOf(answer), 'dimension').length
  const fitting: Kind[] = groups === 0 ? ['kpi', 'table'] : groups === 1 ? ['bar', 'rank', 'line', 'table'] : groups === 2 ? ['stacked', 'bar', 'heat', 'line', 'table'] : ['table']
  const chosen = answer.chart === 'pie' ? 'rank' : answer.chart === 'map' ? 'bar' : answer.chart
  const first = fitting.find((kind) => kind === chosen)
  return first === undefined ? fitting : [first, ...fitting.filter((kind) => kind !== first)]
}

export function cardOf(answer: AskAnswer, kind: Kind, title: string): Card {
  return { id: 'answer', kind, title, title_en: title, main: false, metrics: answer.query?.metrics ?? [], by: answer.query?.by ?? [], result: drawnOf(answer) }
}
