// How a case is told: its lamp, its deadline, the spans that are promised, the offices that have it.
import { useTranslation } from 'react-i18next'
import type { CaseHead, Flow } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { cityOffset_ms, day_ms, formatDate, formatTime } from '@/shared/format/times'
import { useServiceWords, type ServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Tag } from '@/shared/ui/tag'
import { stateOf } from './queries'

type Span = { n: number; unit: 'working_days' | 'days' | 'hours' }
const minute_ms = 60_000
const hour_ms = 60 * minute_ms
const tones = { green: 'green', yellow: 'amber', red: 'red' } as const

export function spanText(span: Span, w: ServiceWords): string {
  return w(`span.${span.unit}`, { n: formatNumber(span.n) })
}

/** A span of time that has passed, in the largest unit that says something. */
export function usedText(spent_ms: number, w: ServiceWords): string {
  if (spent_ms >= 2 * day_ms) return w('span.days', { n: formatNumber(spent_ms / day_ms, 1) })
  if (spent_ms >= hour_ms) return w('span.hours', { n: formatNumber(spent_ms / hour_ms, 1) })
  return spent_ms < minute_ms ? w('span.under_minute') : w('span.minutes', { n: formatNumber(Math.round(spent_ms / minute_ms)) })
}

/** Until when: a deadline of working days ends at the city's midnight, and the day that ends then is what is told, wherever it is read. */
export function dueText(at: string): string {
  const sinceMidnight_ms = (Date.parse(at) + cityOffset_ms) % day_ms
  return sinceMidnight_ms === 0 ? formatDate(new Date(Date.parse(at) - day_ms).toISOString()) : formatTime(at)
}

/** The lamp of an open case as colour, shape and word; without a deadline there is none. */
export function CaseLamp({ head, now = Date.now() }: { head: CaseHead; now?: number }) {
  const w = useServiceWords()
  if (head.lamp === 'none' || head.closed_at !== undefined) return null
  const word = head.lamp === 'red' && head.due_at !== undefined && Date.parse(head.due_at) > now ? 'red_soon' : head.lamp
  return <Tag tone={tones[head.lamp]}><i className={`bm-lamp bm-lamp-${head.lamp}`} aria-hidden="true" />{w(`lamp.${word}`)}</Tag>
}

export function StateTag({ head }: { head: CaseHead }) {
  const two = useTwo()
  return <Tag tone={head.closed_at === undefined ? 'blue' : 'grey'}>{two(head.state_title)}</Tag>
}

/** Who acts where a case stands, as the guide of its service names them. */
export function useDesk(): (flow: Flow | undefined, state: string) => string {
  const { t } = useTranslation()
  const two = useTwo()
  return (flow, state) => (stateOf(flow, state)?.by ?? []).map(two).join(t('list.comma'))
}
