// The names of the two sides of a comparison: what differs, in words.
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Dashboard } from '@/shared/api/types'
import type { Sides } from '@/pack-ui/cards/compare'
import { useRight } from '@/shared/session/use-me'
import { orgLevels, otherFilters } from './address'

function orgIn(filters: Record<string, string>): string | undefined {
  return filters.school ?? filters.district ?? filters.city
}

/** The titles of the filters in which one side differs from the other. */
function wordsOf(dashboard: Dashboard, filters: Record<string, string>, vs: Record<string, string>): string[] {
  return dashboard.filters.filter((filter) => vs[filter.id] !== undefined && !orgLevels.includes(filter.id)).flatMap((filter) => {
    const value = filters[filter.id] ?? (filter.current === undefined ? '' : String(filter.current))
    return filter.values.filter((one) => String(one.value) === value).map((one) => one.title)
  })
}

export function useSides(dashboard: Dashboard, filters: Record<string, string>, vs: Record<string, string>): Sides {
  const { t } = useTranslation()
  const allowed = useRight('orgs.read')
  const theirs = otherFilters(filters, vs)
  const differ = orgIn(vs) !== undefined
  const ids = differ ? [orgIn(filters), orgIn(theirs)] : []
  const orgs = useQueries({
    queries: ids.map((id) => ({ queryKey: ['org', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id: id ?? '' } } })), enabled: allowed && id !== undefined, staleTime: 300_000 })),
  })
  const names = ids.map((id, index) => (id === undefined ? t('compare.whole') : (orgs[index]?.data?.title ?? t('compare.other'))))
  const here = [...(differ ? [names[0]] : []), ...wordsOf(dashboard, filters, vs)].join(' · ') || t('compare.here')
  const there = [...(differ ? [names[1]] : []), ...wordsOf(dashboard, theirs, vs)].join(' · ') || t('compare.other')
  return useMemo(() => ({ here, there }), [here, there])
}
