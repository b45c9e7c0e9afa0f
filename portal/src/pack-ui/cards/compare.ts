// Two answers to the same card - two organisations, or two periods - as one, where the kind of card can show that; otherwise they stand side by side.
import type { Card, Cell, QueryResult } from '@/shared/api/types'
import { columnsOf, keyOf } from './result'

export type Sides = { here: string; there: string }

function otherColumns(result: QueryResult, name: string): QueryResult['columns'] {
  return columnsOf(result, 'metric').flatMap((index) => {
    const column = result.columns[index]
    return column === undefined ? [] : [{ ...column, id: `${column.id}__other`, title: `${column.title} · ${name}`, kind: 'compare' as const }]
  })
}

function rowKey(result: QueryResult, row: Cell[]): string {
  return columnsOf(result, 'dimension').map((column) => String(keyOf(row[column]))).join('|')
}

/** The other side's figures as further columns of the same rows. Rows of one side only keep their place, with an empty other side. */
function beside(here: QueryResult, there: QueryResult, sides: Sides): QueryResult {
  const figures = columnsOf(here, 'metric')
  const dimensions = columnsOf(here, 'dimension')
  const kept = here.columns.map((column, index) => ({ column, index })).filter(({ column }) => column.kind !== 'compare')
  const places = new Map(there.rows.map((row, index) => [rowKey(there, row), index]))
  const hidden = new Set(there.suppressed.map(([row, column]) => `${row}|${column}`))
  const old = new Map(kept.map(({ index }, at) => [index, at]))
  const suppressed = here.suppressed.flatMap(([row = 0, column = 0]) => { const at = old.get(column); return at === undefined ? [] : [[row, at]] })
  const seen = new Set<string>()
  const rows = here.rows.map((row, index) => {
    const key = rowKey(here, row)
    seen.add(key)
    const place = places.get(key)
    figures.forEach((column, at) => { if (place !== undefined && hidden.has(`${place}|${column}`)) suppressed.push([index, kept.length + at]) })
    return [...kept.map((one) => row[one.index] ?? null), ...figures.map((column) => (place === undefined ? null : (there.rows[place]?.[column] ?? null)))]
  })
  there.rows.forEach((row, place) => {
    if (dimensions.length === 0 || seen.has(rowKey(there, row))) return
    figures.forEach((column, at) => { if (hidden.has(`${place}|${column}`)) suppressed.push([rows.length, kept.length + at]) })
    rows.push([...kept.map(({ column, index }) => (column.kind === 'dimension' ? (row[index] ?? null) : null)), ...figures.map((column) => row[column] ?? null)])
  })
  return { ...here, columns: [...kept.map(({ column }) => column), ...otherColumns(here, sides.there)], rows, suppressed }
}

/** Both answers under a further dimension that tells the side: two lines, or two bars beside each other. */
function layered(here: QueryResult, there: QueryResult, sides: Sides): QueryResult {
  const [dimension = 0] = columnsOf(here, 'dimension')
  const [figure = 1] = columnsOf(here, 'metric')
  const head = here.columns[dimension]
  const value = here.columns[figure]
  if (head === undefined || value === undefined) return here
  const part = (result: QueryResult, code: string, title: string) => result.rows.map((row): Cell[] => [row[dimension] ?? null, { code, title, title_en: title }, row[figure] ?? null])
  const shifted = (result: QueryResult, from: number) => result.suppressed.filter(([, column]) => column === figure).map(([row = 0]) => [row + from, 2])
  return {
    ...here, columns: [head, { id: 'side', title: '', title_en: '', kind: 'dimension', type: 'code', decimals: 0 }, value],
    rows: [...part(here, 'here', sides.here), ...part(there, 'there', sides.there)], suppressed: [...shifted(here, 0), ...shifted(there, here.rows.length)],
  }
}

/** One answer that shows both sides, or null where the card's picture cannot. */
export function compared(card: Card, here: QueryResult, there: QueryResult, sides: Sides): QueryResult | null {
  const n = { by: columnsOf(here, 'dimension').length, figures: columnsOf(here, 'metric').length }
  if (card.kind === 'kpi' || card.kind === 'table') return beside(here, there, sides)
  if ((card.kind === 'line' || card.kind === 'bar') && n.by === 1 && n.figures === 1) return layered(here, there, sides)
  return null
}

/** The smallest and largest figure of both sides, so that pictures beside each other can be compared; none where the figures have several units. */
export function sharedScale(here: QueryResult, there: QueryResult): { min: number; max: number } | undefined {
  const figures = columnsOf(here, 'metric').filter((column) => !here.columns[column]?.id.endsWith('__n'))
  if (new Set(figures.map((column) => here.columns[column]?.unit)).size !== 1) return undefined
  const values = [here, there].flatMap((result) => result.rows.flatMap((row) => figures.map((column) => row[column]))).filter((cell): cell is number => typeof cell === 'number')
  return values.length === 0 ? undefined : { min: Math.min(...values), max: Math.max(...values) }
}
