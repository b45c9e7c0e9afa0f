// How fresh a dataset is: against the date by which it is reported each year, otherwise by age.
import type { Dataset } from '@/shared/api/types'

export type Freshness = 'fresh' | 'ageing' | 'stale' | 'never'
const dayMs = 86_400_000
const freshDays = 31
const staleDays = 366

/** null for datasets that are not entered by people: those are as fresh as their sources. */
export function freshnessOf(dataset: Pick<Dataset, 'kind' | 'updated_at' | 'due'>, now: Date): Freshness | null {
  if (dataset.kind !== 'entry') return null
  if (dataset.updated_at === undefined) return 'never'
  const updated = new Date(dataset.updated_at)
  if (dataset.due !== undefined) {
    const thisYear = new Date(`${now.getFullYear()}-${dataset.due}T23:59:59`)
    const due = thisYear > now ? new Date(`${now.getFullYear() - 1}-${dataset.due}T23:59:59`) : thisYear
    // Entered in the year that ended with the last due date, or after it.
    if (updated.getTime() > due.getTime() - staleDays * dayMs) return updated > due || now.getTime() - updated.getTime() < staleDays * dayMs ? 'fresh' : 'ageing'
    return 'stale'
  }
  const days = (now.getTime() - updated.getTime()) / dayMs
  return days <= freshDays ? 'fresh' : days <= staleDays ? 'ageing' : 'stale'
}
