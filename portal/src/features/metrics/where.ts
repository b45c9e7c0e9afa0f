// What a dashboard's filters say to a query, and in words.
import type { Dashboard } from '@/shared/api/types'

export function chosenWhere(dashboard: Dashboard, filters: Record<string, string>): Record<string, string | number> {
  const own = new Set(dashboard.filters.filter((filter) => filter.values.length > 0).map((filter) => filter.id))
  const others = Object.entries(filters).filter(([dim]) => !own.has(dim))
  return Object.fromEntries([
    ...others,
    ...dashboard.filters.flatMap((filter): [string, string | number][] => {
      const text = filters[filter.id] ?? (filter.current === undefined ? '' : String(filter.current))
      const value = filter.values.find((one) => String(one.value) === text)?.value
      return value === undefined || value === '' ? [] : [[filter.id, value]]
    }),
  ])
}

export function periodOf(dashboard: Dashboard, where: Record<string, string | number>): string {
  return dashboard.filters.flatMap((filter) => filter.values.filter((value) => value.value === where[filter.id]).map((value) => value.title)).join(' · ')
}
