// What is copied out of the grid: chosen cells as a block that can be pasted back, people and organisations by their code.
import type { TFunction } from 'i18next'
import type { Field, Row } from '@/shared/api/types'
import { copyText } from './cell'

type Place = { row: number; column: number }
const cells = '[role="cell"], [role="gridcell"]'

function placeOf(cell: Element): Place {
  return { row: Number(cell.closest('[aria-rowindex]')?.getAttribute('aria-rowindex')) - 2, column: Number(cell.getAttribute('aria-colindex')) - 1 }
}

/** The cells that a selection of text goes through; none while it stays inside one of them, where the browser copies the words that are marked. */
export function selectedPlaces(frame: Element, selection: Selection | null): Place[] {
  if (selection === null || selection.isCollapsed) return []
  const touched = [...frame.querySelectorAll(cells)].filter((cell) => selection.containsNode(cell, true))
  return touched.length > 1 ? touched.map(placeOf) : []
}

const quoted = (text: string) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Tabs and lines, as spreadsheets write them. */
export function blockText(places: Place[], rows: Row[], fields: Field[], t: TFunction): string {
  const lines = new Map<number, string[]>()
  for (const { row, column } of places) {
    const at = rows[row]
    const field = fields[column]
    if (at && field) lines.set(row, [...(lines.get(row) ?? []), quoted(copyText(field, at, t))])
  }
  return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line.join('\t')).join('\n')
}
