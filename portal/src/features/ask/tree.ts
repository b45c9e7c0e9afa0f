// Edits of what was understood. Each gives a new query, to be asked with an empty question: the server checks it like any other.
import type { AskQuery, AskVocabulary } from '@/shared/api/types'

export type Dimension = AskVocabulary['dimensions'][number]
export type Chip = { kind: 'metric' | 'dimension' | 'filter' | 'period' | 'scope' | 'target' | 'task'; id: string; text: string; text_en: string }
export type Period = { from: string; to: string; last: number }

const levels = ['city', 'district', 'school']
const base = (column: string) => column.replace(/^-/, '').split('__')[0] ?? ''

/** The intents that the server keeps as they were said; it finds the others by the shape of the query. */
const said: AskQuery['intent'][] = ['contribution', 'streak', 'ratio', 'share']

function reshaped(query: AskQuery): AskQuery {
  return said.includes(query.intent) ? query : { ...query, intent: 'value' }
}

/** Another metric in the place of one; what spoke of its column speaks of the new one's. */
export function withMetric(query: AskQuery, old: string, next: string): AskQuery {
  const renamed = (column: string) => (base(column) === old ? column.replace(old, next) : column)
  return {
    ...query,
    metrics: query.metrics.map((id) => (id === old ? next : id)),
    order: renamed(query.order ?? ''),
    having: (query.having ?? []).map((one) => ({ ...one, metric: renamed(one.metric) })),
  }
}

export function withoutMetric(query: AskQuery, id: string): AskQuery {
  if (query.metrics.length < 2) return query
  const order = base(query.order ?? '') === id ? '' : query.order
  const left = { ...query, metrics: query.metrics.filter((one) => one !== id), order, having: (query.having ?? []).filter((one) => base(one.metric) !== id) }
  return reshaped(left.intent === 'ratio' ? { ...left, intent: 'value' } : left)
}

/** Groups by `next` instead of `old`; an empty `old` adds a group, an empty `next` takes one away. */
export function withGroup(query: AskQuery, old: string, next: string): AskQuery {
  const by = query.by ?? []
  const groups = old === '' ? [...by, next] : by.flatMap((id) => (id !== old ? [id] : next === '' ? [] : [next]))
  const unique = [...new Set(groups)]
  // A rank, a share and a run are among the groups: without any there is nothing to rank.
  const bare = unique.length === 0 ? { order: '', limit: 0, having: [], member: '', count: false, streak: 0, direction: '' as const, intent: 'value' as const } : {}
  return reshaped({ ...query, by: unique, member: old === '' ? query.member : '', ...bare })
}

/** Any of these values; none takes the condition away. Organisations of one level take the place of those of another. */
export function withFilter(query: AskQuery, dimension: string, values: string[]): AskQuery {
  const kept = Object.entries(query.where ?? {}).filter(([id]) => id !== dimension && !(levels.includes(dimension) && levels.includes(id)))
  return reshaped({ ...query, where: Object.fromEntries(values.length === 0 ? kept : [...kept, [dimension, values]]) })
}

export function periodOf(query: AskQuery): Period {
  return { from: query.time?.from ?? '', to: query.time?.to ?? '', last: query.time?.last ?? 0 }
}

/** Nothing named: the newest period there is. A condition on the period itself gives way. */
export function withPeriod(query: AskQuery, field: string, period: Period): AskQuery {
  const where = Object.fromEntries(Object.entries(query.where ?? {}).filter(([id]) => id !== field))
  const named = period.last > 0 ? { from: '', to: '', last: period.last } : period
  return reshaped({ ...query, where, time: { ...query.time, ...named } })
}

/** "2025", "2025-2", "2025-09", "2025-09-30", or nothing. */
export function isPeriod(text: string): boolean {
  return text === '' || /^\d{4}(-\d{1,2}){0,2}$/.test(text)
}

/** What a query may still be grouped and filtered by. */
export function openDimensions(query: AskQuery, vocabulary: AskVocabulary, use: 'group' | 'filter'): Dimension[] {
  const [first, ...others] = query.metrics.flatMap((id) => vocabulary.metrics.find((metric) => metric.id === id) ?? [])
  const shared = (first?.dimensions ?? []).filter((id) => others.every((metric) => metric.dimensions.includes(id)))
  const taken = use === 'group' ? (query.by ?? []) : Object.keys(query.where ?? {})
  return vocabulary.dimensions.filter((one) => shared.includes(one.id) && !taken.includes(one.id) && (use === 'group' || one.kind !== 'period'))
}
