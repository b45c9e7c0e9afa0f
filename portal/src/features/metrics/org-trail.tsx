// Where in the organisation tree a dashboard stands: the way down from the top, and a choice of what lies below.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { OrgRef } from '@/shared/api/types'
import { useRight } from '@/shared/session/use-me'
import { useAddress } from '@/shared/ui/search-params'
import { filterPrefix, orgLevels } from './address'

/** The address's changes that put a dashboard at an organisation; the top has no filter. */
export function standAt(org: OrgRef | undefined): Record<string, string | undefined> {
  const cleared = Object.fromEntries(orgLevels.map((level) => [filterPrefix + level, undefined]))
  return org !== undefined && orgLevels.includes(org.kind) ? { ...cleared, [filterPrefix + org.kind]: org.id } : cleared
}

export function useChildren(parent: string | undefined, enabled: boolean) {
  const allowed = useRight('orgs.read')
  return useQuery({
    queryKey: ['orgs', 'below', parent ?? ''],
    queryFn: () => data(api.GET('/api/v1/orgs', { params: { query: { parent, limit: 500 } } })),
    enabled: allowed && enabled, staleTime: 300_000,
  })
}

export function OrgTrail({ filters }: { filters: Record<string, string> }) {
  const { t } = useTranslation()
  const [, change] = useAddress()
  const allowed = useRight('orgs.read')
  const here = filters.school ?? filters.district ?? filters.city
  const place = useQuery({
    queryKey: ['org', here], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id: here ?? '' } } })), enabled: allowed && here !== undefined, staleTime: 300_000,
  })
  const tops = useChildren(undefined, true)
  const top = tops.data?.items[0]
  const parent = here ?? (top?.kind === 'school' ? undefined : top?.id)
  const below = useChildren(parent, parent !== undefined)
  if (!allowed) return null
  const path = here === undefined ? [] : (place.data?.path ?? []).filter((step) => step.kind === 'district' || step.kind === 'school')
  const choices = (below.data?.items ?? []).filter((org) => org.kind === 'district' || org.kind === 'school')
  return (
    <nav className="bm-trail bm-no-print" aria-label={t('trail.label')}>
      <ol className="bm-crumbs">
        <li aria-current={path.length === 0 ? 'true' : undefined}>
          {path.length === 0 ? (top?.title ?? t('trail.all')) : <button type="button" className="bm-link" onClick={() => change(standAt(undefined))}>{top?.title ?? t('trail.all')}</button>}
        </li>
        {path.map((step, index) => (
          <li key={step.id} aria-current={index === path.length - 1 ? 'true' : undefined}>
            {index === path.length - 1 ? step.title : <button type="button" className="bm-link" onClick={() => change(standAt(step))}>{step.title}</button>}
          </li>
        ))}
      </ol>
      {choices.length > 0 && (
        <Select
          aria-label={t('trail.below')} placeholder={t('trail.below')} showSearch={{ optionFilterProp: 'label' }} value={null} popupMatchSelectWidth={false}
          onChange={(id: string | null) => change(standAt(choices.find((org) => org.id === id)))} options={choices.map((org) => ({ value: org.id, label: org.title }))}
        />
      )}
    </nav>
  )
}
