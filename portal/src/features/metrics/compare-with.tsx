// The other side of a comparison: another period, or another organisation. What is chosen stands in the address.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Dashboard } from '@/shared/api/types'
import { useRight } from '@/shared/session/use-me'
import { Choice } from '@/shared/ui/choice'
import { useAddress } from '@/shared/ui/search-params'
import { orgLevels, otherPrefix } from './address'

type Props = { dashboard: Dashboard; other: Record<string, string>; onClose: () => void }

/** Filters that name a period or a group: what a dashboard can be set against beside organisations. */
function Periods({ dashboard, other }: { dashboard: Dashboard; other: Record<string, string> }) {
  const { t } = useTranslation()
  const [, change] = useAddress()
  return dashboard.filters.filter((filter) => filter.values.length > 1 && !orgLevels.includes(filter.id)).map((filter) => (
    <Choice
      key={filter.id} label={filter.title} empty={t('compare.same')} value={other[filter.id] ?? ''}
      options={filter.values.map((one) => ({ value: String(one.value), label: one.title }))} onChange={(value) => change({ [otherPrefix + filter.id]: value })}
    />
  ))
}

export function CompareWith({ dashboard, other, onClose }: Props) {
  const { t } = useTranslation()
  const [, change] = useAddress()
  const [asked, setAsked] = useState('')
  const allowed = useRight('orgs.read')
  const orgs = useQuery({
    queryKey: ['orgs', 'compare', asked],
    queryFn: () => data(api.GET('/api/v1/orgs', { params: { query: asked === '' ? { kind: 'district', limit: 100 } : { q: asked, limit: 50 } } })),
    enabled: allowed, staleTime: 60_000,
  })
  const choices = (orgs.data?.items ?? []).filter((org) => org.kind === 'district' || org.kind === 'school')
  const here = orgLevels.flatMap((level) => other[level] ?? [])[0]
  const chosen = useQuery({ queryKey: ['org', here], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id: here ?? '' } } })), enabled: here !== undefined && allowed })
  const options = [...choices, ...(chosen.data && !choices.some((org) => org.id === chosen.data.id) ? [chosen.data] : [])].map((org) => ({ value: org.id, label: org.title }))
  const choose = (id?: string) => {
    const org = choices.find((one) => one.id === id)
    change(Object.fromEntries(orgLevels.map((level) => [otherPrefix + level, org?.kind === level ? org.id : undefined])))
  }
  return (
    <section className="bm-query bm-compare bm-no-print" aria-label={t('compare.title')}>
      <strong>{t('compare.title')}</strong>
      {allowed && (
        <label className="bm-labelled">
          <span>{t('compare.org')}</span>
          <Select aria-label={t('compare.org')} allowClear popupMatchSelectWidth={false} showSearch={{ filterOption: false, onSearch: setAsked }} placeholder={t('compare.org_hint')} loading={orgs.isFetching} value={here} onChange={choose} options={options} />
        </label>
      )}
      <Periods dashboard={dashboard} other={other} />
      <button type="button" className="bm-plain-button" onClick={() => { change(Object.fromEntries(Object.keys(other).map((dim) => [otherPrefix + dim, undefined]))); onClose() }}>{t('compare.end')}</button>
    </section>
  )
}
