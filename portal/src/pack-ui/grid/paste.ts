// A block of cells from a sheet (tabs and lines, quotes doubled) and what it means for the rows of a grid.
import type { Field, Row, RowBlock } from '@/shared/api/types'

export type Change = RowBlock['rows'][number]
export type Paste = { columns: Field[]; changes: Change[]; before: (Row | undefined)[]; cells: string[][]; problem?: 'empty' | 'too_many' | 'too_wide' | 'fixed' | 'no_key' }
export type Anchor = { row: number; column: number }

export const maxPasteRows = 5000

/** Lines and cells of clipboard text as spreadsheets write it. */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = [[]]
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/gy
  const body = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '')
  if (body.trim() === '') return []
  for (let match = pattern.exec(body); match !== null; match = pattern.exec(body)) {
    rows[rows.length - 1]?.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim())
    if (match[3] === '\n') rows.push([])
    if (match[3] === '') break
  }
  return rows
}

export function editable(field: Field, grain: string[]): boolean {
  return !field.masked && field.computed !== true && !grain.includes(field.id)
}

// A first line that names fields: every cell is the title or id of one.
function headed(cells: string[][], fields: Field[]): Field[] | null {
  const columns = cells[0]?.map((cell) => fields.find((field) => field.title === cell || field.id === cell.toLowerCase()))
  return columns !== undefined && columns.length > 0 && columns.every((field) => field !== undefined) ? (columns as Field[]) : null
}

const value = (text: string | undefined) => (text === undefined || text === '' ? null : text)

/** With headings: whole rows, made or changed by their key. Without: cells over the rows from the anchor on. */
export function planPaste(text: string, where: { fields: Field[]; all: Field[]; grain: string[]; rows: Row[]; anchor: Anchor | null }): Paste {
  const cells = parseBlock(text)
  const none: Paste = { columns: [], changes: [], before: [], cells: [] }
  if (cells.length === 0) return { ...none, problem: 'empty' }
  const columns = headed(cells, where.all)
  if (columns !== null) {
    const body = cells.slice(1)
    if (body.length === 0) return { ...none, problem: 'empty' }
    if (body.length > maxPasteRows) return { ...none, problem: 'too_many' }
    if (!where.grain.every((id) => columns.some((field) => field.id === id))) return { ...none, problem: 'no_key' }
    if (columns.some((field) => field.masked || field.computed === true)) return { ...none, problem: 'fixed' }
    const changes = body.map((line) => ({ values: Object.fromEntries(columns.map((field, i) => [field.id, value(line[i])])) }))
    return { columns, changes, before: changes.map(() => undefined), cells: body }
  }
  const { row, column } = where.anchor ?? { row: 0, column: 0 }
  if (cells.length > maxPasteRows) return { ...none, problem: 'too_many' }
  const width = Math.max(...cells.map((line) => line.length))
  const over = where.fields.slice(column, column + width)
  const before = where.rows.slice(row, row + cells.length)
  if (over.length < width || before.length < cells.length) return { ...none, problem: 'too_wide' }
  if (!over.every((field) => editable(field, where.grain))) return { ...none, problem: 'fixed' }
  const changes = before.map((old, i) => ({ key: old._key, version: old._version, values: Object.fromEntries(over.map((field, at) => [field.id, value(cells[i]?.[at])])) }))
  return { columns: over, changes, before, cells }
}
