// Between the text of an input and the value of a field.
import type { Field, Value } from '@/shared/api/types'

export function showInput(field: Field, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (field.type === 'bool') return value === true || value === 1 || value === '1' ? 'true' : 'false'
  return String(value)
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
