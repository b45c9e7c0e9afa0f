// Which year of a target counts now, and how a bullet is scaled.
import type { Target, TargetYear } from '@/shared/api/types'

/** The last year that has a value; without one, the first year of the plan. */
export function latestYear(target: Target): TargetYear | undefined {
  const years = [...target.years].sort((a, b) => a.year - b.year)
  return years.filter((year) => year.actual !== undefined).at(-1) ?? years[0]
}

/** The year that a list is about: the one that was asked for, otherwise the one that counts now. */
export function yearOf(target: Target, asked: number | undefined): TargetYear | undefined {
  return asked === undefined ? latestYear(target) : target.years.find((one) => one.year === asked)
}

export function lampCounts(targets: Target[], asked?: number): Record<TargetYear['lamp'], number> {
  const counts = { green: 0, yellow: 0, red: 0, grey: 0 }
  for (const target of targets) counts[yearOf(target, asked)?.lamp ?? 'grey'] += 1
  return counts
}

/** Positions of value and target on a bullet, 0..100. All years of a target share one scale: it ends a tenth beyond the largest number; shares end at 100. */
export function bullet(target: Target, year: TargetYear): { actual: number; target: number } {
  const larger = Math.max(...target.years.flatMap((one) => [one.target, one.actual ?? 0]))
  const end = target.unit === '%' && larger <= 100 ? 100 : larger * 1.1
  const place = (value: number) => (end > 0 ? Math.min(100, Math.max(0, (value / end) * 100)) : 0)
  return { actual: place(year.actual ?? 0), target: place(year.target) }
}
