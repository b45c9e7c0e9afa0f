// Reading the answer of a metric query: labels, figures, hidden cells.
import type { Card, Cell, Column, Metric, MetricQuery, QueryResult, Value } from '@/shared/api/types'
import { formatFixed, withUnit } from '@/shared/format/numbers'

export type Metrics = Map<string, Metric>

/** The metric that a column shows: "rate" of "rate__prior" and "rate__median". */
export function metricId(column: string): string {
  return column.split('__')[0] ?? column
}

/** What identifies a dimension's value in a query: the id of an organisation, or the value itself. */
export function keyOf(cell: Cell | undefined): Value {
  if (cell === undefined || cell === null) return null
  if (typeof cell !== 'object') return cell
  return 'id' in cell ? cell.id : cell.code
}

export function labelOf(cell: Cell | undefined, none: string): string {
  if (cell === undefined || cell === null || cell === '') return none
  return typeof cell === 'object' ? cell.title : String(cell)
}

export function isHidden(result: QueryResult, row: number, column: number): boolean {
  return result.suppressed.some(([r, c]) => r === row && c === column)
}

export function numberAt(result: QueryResult, row: number, column: number): number | null {
  const cell = result.rows[row]?.[column]
  return typeof cell === 'number' ? cell : null
}

export function columnsOf(result: QueryResult, kind: Column['kind']): number[] {
  return result.columns.flatMap((column, index) => (column.kind === kind ? [index] : []))
}

/** The metric of a column; columns made of it are named `<metric>__prior`, `<metric>__median`. */
export function metricOf(column: Column, metrics: Metrics): Metric | undefined {
  return metrics.get(metricId(column.id))
}

/** A hidden figure as people read it: below the metric's smallest cell. */
export function hiddenText(column: Column, metrics: Metrics, word: string): string {
  const minCell = metricOf(column, metrics)?.min_cell
  return minCell === undefined ? word : `<${minCell}`
}

const digits = new WeakMap<QueryResult, number[]>()

/** Digits after the point that all figures of a column show: as the server says, otherwise as many as one of them needs, at most two. */
export function digitsOf(result: QueryResult, column: number): number {
  const known = digits.get(result) ?? []
  if (known[column] === undefined) {
    const needed = result.rows.map((row) => { const cell = row[column]; return typeof cell === 'number' ? (String(Math.round(cell * 100) / 100).split('.')[1]?.length ?? 0) : 0 })
    known[column] = result.columns[column]?.decimals ?? Math.max(0, ...needed)
    digits.set(result, known)
  }
  return known[column]
}

export type Words = { none: string; hidden: string }

export function figureText(result: QueryResult, row: number, column: number, metrics: Metrics, words: Words, unit = false): string {
  const head = result.columns[column]
  if (head === undefined) return words.none
  if (isHidden(result, row, column)) return hiddenText(head, metrics, words.hidden)
  const value = numberAt(result, row, column)
  if (value === null) return labelOf(result.rows[row]?.[column], words.none)
  const text = formatFixed(value, digitsOf(result, column))
  return unit ? withUnit(text, head.unit) : text
}

export function hiddenCount(result: QueryResult): number {
  return result.suppressed.length
}

/** The head and rows of a card's CSV file. */
export function tableOf(result: QueryResult, metrics: Metrics, words: Words): { head: string[]; rows: (string | number | null)[][] } {
  const head = result.columns.map((column) => (column.unit ? `${column.title} (${column.unit})` : column.title))
  const rows = result.rows.map((row, r) =>
    row.map((cell, c) => {
      const column = result.columns[c]
      if (column !== undefined && isHidden(result, r, c)) return hiddenText(column, metrics, words.hidden)
      return typeof cell === 'number' ? cell : cell === null ? null : labelOf(cell, '')
    }),
  )
  return { head, rows }
}

export type Where = NonNullable<MetricQuery['where']>

/** The conditions that pick one row of a result. */
export function whereOfRow(result: QueryResult, row: number): Where {
  return Object.fromEntries(columnsOf(result, 'dimension').map((column) => [result.columns[column]?.id ?? '', keyOf(result.rows[row]?.[column])]))
}

export type DrillStep = { dim: string; id: string; title: string }
const levels = ['city', 'district', 'school']

/** The dimension that a card shows after the steps of a path. */
export function dimAt(card: Card, path: DrillStep[]): string | undefined {
  const last = path.at(-1)
  if (last === undefined) return card.by[0]
  return levels[levels.indexOf(last.dim) + 1] ?? card.drill
}

export type WayDown = { dim: string } | { dashboard: string }

/** Where opening a value leads: the level of organisations below, then the dashboard that the card names; undefined at the bottom. */
export function wayDown(card: Card, path: DrillStep[]): WayDown | undefined {
  const here = dimAt(card, path)
  if (card.drill === undefined || here === undefined) return undefined
  // A box already shows the level below: it opens the dashboard of its group.
  if (card.kind === 'box') return levels.includes(card.drill) ? undefined : { dashboard: card.drill }
  const below = levels.includes(here) ? levels[levels.indexOf(here) + 1] : undefined
  if (below !== undefined) return { dim: below }
  return levels.includes(card.drill) ? undefined : { dashboard: card.drill }
}
