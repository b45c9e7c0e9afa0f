// Between the text of an input and the value of a field.
import type { Field, Row, Value } from '@/shared/api/types'

export function showInput(field: Field, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (field.type === 'bool') return value === true || value === 1 || value === '1' ? 'true' : 'false'
  return String(value)
}

/** What the input of a field begins with: of a person the code, or the name where that alone is known. */
export function rowInput(field: Field, row: Row | undefined): string {
  if (!field.person || field.masked) return showInput(field, row?.[field.id])
  return showInput(field, row?.[`${field.id}_code`] ?? row?.[`${field.id}_title`])
}

/** The value of an input: null when empty, undefined when the text does not fit the field. */
export function readInput(field: Field, text: string): Value | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  switch (field.type) {
    case 'bool':
      return trimmed === 'true'
    case 'int': case 'year': case 'decimal': {
      const number = Number(trimmed)
      const whole = field.type === 'decimal' || Number.isInteger(number)
      const inside = number >= (field.min ?? -Infinity) && number <= (field.max ?? Infinity)
      return Number.isFinite(number) && whole && inside ? number : undefined
    }
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? trimmed : undefined
    default:
      return trimmed
  }
}

/** A cell of a file as the input of its field shows it: codes and yes/no by what people write, dates with hyphens. What cannot be read stays as it is. */
export function fileInput(field: Field, cell: string | undefined): string {
  const text = (cell ?? '').trim()
  if (text === '') return ''
  if (field.codes) return field.codes.find((code) => code.code === text || code.title === text)?.code ?? ''
  if (field.type === 'bool') return /^(1|true|\u662f|y|yes|\u221a)$/i.test(text) ? 'true' : /^(0|false|\u5426|n|no|\u00d7)$/i.test(text) ? 'false' : ''
  const date = field.type === 'date' ? /^(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?$/.exec(text) : null
  if (date) return `${date[1]}-${(date[2] ?? '').padStart(2, '0')}-${(date[3] ?? '').padStart(2, '0')}`
  return text
}
