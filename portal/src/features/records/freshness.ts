// How fresh a dataset is: against the date by which it is reported each year, otherwise by age.
import type { Dataset } from '@/shared/api/types'
import { cityOffset_ms, day_ms, formatDate } from '@/shared/format/times'

export type Freshness = 'fresh' | 'ageing' | 'stale' | 'never'
const freshDays = 31
const staleDays = 366

/** null for datasets that are not entered by people: those are as fresh as their sources. */
export function freshnessOf(dataset: Pick<Dataset, 'kind' | 'updated_at' | 'due'>, now: Date): Freshness | null {
  if (dataset.kind !== 'entry') return null
  if (dataset.updated_at === undefined) return 'never'
  const updated_ms = Date.parse(dataset.updated_at)
  const age_ms = now.getTime() - updated_ms
  if (dataset.due !== undefined) {
    const endOf = (year: number) => Date.parse(`${year}-${dataset.due}T23:59:59Z`) - cityOffset_ms
    const year = Number(formatDate(now.toISOString()).slice(0, 4))
    const due_ms = endOf(year) > now.getTime() ? endOf(year - 1) : endOf(year)
    // Entered in the year that ended with the last due date, or after it.
    if (updated_ms > due_ms - staleDays * day_ms) return updated_ms > due_ms || age_ms < staleDays * day_ms ? 'fresh' : 'ageing'
    return 'stale'
  }
  const days = age_ms / day_ms
  return days <= freshDays ? 'fresh' : days <= staleDays ? 'ageing' : 'stale'
}
