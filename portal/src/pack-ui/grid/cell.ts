// One value of a row as text, by the field's type in the catalogue.
import type { TFunction } from 'i18next'
import type { Field, Row } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'

export function cellText(field: Field, row: Row, t: TFunction): string {
  if (field.person && !field.masked) return row[field.id] == null ? '' : personText(row[`${field.id}_title`], row[`${field.id}_code`]) || t('value.hidden')
  return valueText(field, row[field.id], t, row[`${field.id}_title`])
}

// Name and code, as much of them as the reader was given; the number that is stored tells nobody anything.
function personText(...parts: unknown[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
}

/** What an input shows in place of the value that it keeps: the name of a person or an organisation. */
export function rowTitle(field: Field, row: Row | undefined, t: TFunction): string | undefined {
  if (field.person) return row && cellText(field, row, t)
  const title = row?.[`${field.id}_title`]
  return typeof title === 'string' ? title : undefined
}

/** What a sheet or a paste takes for the value: the code of a person or an organisation, otherwise what is read. */
export function copyText(field: Field, row: Row, t: TFunction): string {
  const code = row[`${field.id}_code`]
  return typeof code === 'string' && !field.masked ? code : cellText(field, row, t)
}

export function valueText(field: Field, value: unknown, t: TFunction, title?: unknown): string {
  if (value === null || value === undefined) return ''
  const code = field.codes?.find((one) => one.code === String(value))
  if (code !== undefined) return code.title // in the reader's language; a row brings the Chinese title alone
  if (typeof title === 'string' && title !== '') return title
  if (field.type === 'bool') return t(value === true || value === 1 || value === '1' ? 'value.yes' : 'value.no')
  if (field.type === 'datetime') return formatTime(String(value))
  return String(value)
}

export function isNumeric(field: Field): boolean {
  return field.type === 'int' || field.type === 'decimal'
}

const widths: Partial<Record<Field['type'], number>> = { int: 110, decimal: 110, bool: 90, year: 100, date: 120, code: 130, datetime: 160, org: 200, idno: 190, ref: 170, phone: 140 }

/** Width of a column in pixels: enough for the values of the type and for the title. */
export function columnWidth(field: Field): number {
  return Math.max(field.person ? 260 : widths[field.type] ?? 160, field.title.length * 15 + (field.unit ? field.unit.length * 13 + 12 : 0) + 72)
}
