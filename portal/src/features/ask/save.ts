// A question as a card of a dashboard. A card has metrics, groups, one comparison and a number of rows; its filters are the board's. What a card cannot
// say is not saved as something else.
import type { AskAnswer, AskQuery, AskVocabulary, BoardForm, CardForm } from '@/shared/api/types'
import type { Kind } from './picture'

export type Loss = 'intent' | 'having' | 'order' | 'values' | 'time' | 'share' | 'kind' | 'target'
export type Saved = { card: CardForm; filters: string[]; defaults: Record<string, string>; period: string }

const cardKinds: Kind[] = ['kpi', 'line', 'bar', 'rank', 'heat', 'table', 'stacked']

/** What of the question no card can hold; undefined: nothing. */
export function lossOf(query: AskQuery, kind: Kind): Loss | undefined {
  if (query.intent === 'target') return 'target'
  if (query.intent === 'share') return 'share'
  if (query.intent === 'contribution' || query.intent === 'streak' || query.intent === 'ratio' || query.against_whole || (query.member ?? '') !== '') return 'intent'
  if ((query.having ?? []).length > 0) return 'having'
  if ((query.order ?? '') !== '' && (query.order !== `-${query.metrics[0] ?? ''}` || kind !== 'rank')) return 'order'
  if (Object.values(query.where ?? {}).some((values) => values.length !== 1)) return 'values'
  const time = query.time ?? {}
  if ((time.grain ?? '') !== '' || (time.from ?? '') !== (time.to ?? '') || (time.last ?? 0) > 1) return 'time'
  return cardKinds.includes(kind) ? undefined : 'kind'
}

/** The card, and the filters that its board must have: one value of each condition, and the period. */
export function savedOf(answer: AskAnswer, query: AskQuery, vocabulary: AskVocabulary, kind: Kind, title: string): Saved {
  const dimensions = vocabulary.metrics.find((metric) => metric.id === query.metrics[0])?.dimensions ?? []
  const period = vocabulary.dimensions.find((one) => one.kind === 'period' && dimensions.includes(one.id))?.id ?? ''
  const by = query.by ?? []
  const defaults: Record<string, string> = Object.fromEntries(Object.entries(query.where ?? {}).map(([dimension, values]) => [dimension, values[0] ?? '']))
  if (period !== '' && !by.includes(period) && defaults[period] === undefined) defaults[period] = query.time?.from || 'last'
  const card: CardForm = {
    kind: kind === 'table' && by.length === 0 ? 'kpi' : kind, id: '', title, title_en: '', metrics: query.metrics, by, compare: query.compare ?? '',
    top: query.limit ?? 0, drill: '', main: false,
  }
  return { card, filters: Object.keys(defaults), defaults, period: answer.columns.some((column) => column.id === period) ? period : '' }
}

/** Whether a card may stand on a board as it does alone: the same filters with the same beginnings. */
export function fitsBoard(saved: Saved, form: BoardForm): boolean {
  return Object.entries(saved.defaults).every(([dimension, value]) => form.filters.includes(dimension) && form.defaults[dimension] === value) && form.filters.every((dimension) => (form.defaults[dimension] ?? '') === (saved.defaults[dimension] ?? ''))
}

export function newBoard(saved: Saved, id: string, title: string): BoardForm {
  return { id, title, title_en: '', roles: [], filters: saved.filters, org_page: [], defaults: saved.defaults, screen: false, cards: [saved.card] }
}
