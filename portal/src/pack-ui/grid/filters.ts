// Column filters as the API writes them: field:op:value.
import type { Field } from '@/shared/api/types'

export type Op = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'like' | 'null' | 'in'
export type Filter = { field: string; op: Op; value: string }

export function parseFilter(text: string): Filter | null {
  const match = /^([^:]+):(eq|ne|lt|le|gt|ge|like|null|in):?(.*)$/s.exec(text)
  return match?.[1] && match[2] ? { field: match[1], op: match[2] as Op, value: match[3] ?? '' } : null
}

export function printFilter(filter: Filter): string {
  return `${filter.field}:${filter.op}:${filter.value}`
}

/** The comparisons that make sense for a type; the first is offered first. */
export function opsFor(field: Field): Op[] {
  if (field.person) return ['eq', 'ne', 'null']
  switch (field.type) {
    case 'int': case 'decimal': case 'date': case 'datetime': case 'year':
      return ['eq', 'ge', 'le', 'gt', 'lt', 'ne', 'null']
    case 'code': case 'state':
      return ['in', 'ne', 'null']
    case 'bool':
      return ['eq', 'null']
    case 'text': case 'ref':
      return ['like', 'eq', 'ne', 'null']
    default:
      return ['eq', 'ne', 'null']
  }
}
