// A dashboard: one request for all cards; filters, comparison and the way down are in the address, so that a view can be shared.
import '@/pack-ui/pack-ui.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Dashboard } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useMetrics } from '@/shared/metrics'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { filterPrefix, readFilters } from './address'
import { DrillCard } from './drill-card'
import { HowDrawer, type HowAsked } from './how-drawer'

const levelNames = new Map<string, 'filter.one_city' | 'filter.one_district' | 'filter.one_school'>([['city', 'filter.one_city'], ['district', 'filter.one_district'], ['school', 'filter.one_school']])

function chosenWhere(dashboard: Dashboard, filters: Record<string, string>): Record<string, string | number> {
  const own = new Set(dashboard.filters.map((filter) => filter.id))
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

function Filters({ dashboard, filters }: { dashboard: Dashboard; filters: Record<string, string> }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const compare = address.get('compare') === 'prior'
  return (
    <div className="bm-query bm-no-print">
      {dashboard.filters.map((filter) => (
        <label key={filter.id} className="bm-labelled">
          <span>{filter.title}</span>
          <Select
            aria-label={filter.title} allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t('filter.all')} popupMatchSelectWidth={false}
            value={filters[filter.id] ?? (filter.current === undefined || filter.current === '' ? undefined : String(filter.current))}
            onChange={(value?: string) => change({ [filterPrefix + filter.id]: value })}
            options={filter.values.map((one) => ({ value: String(one.value), label: one.title }))}
          />
        </label>
      ))}
      {Object.keys(filters).filter((dim) => !dashboard.filters.some((filter) => filter.id === dim)).map((dim) => (
        <button key={dim} type="button" className="bm-chip" onClick={() => change({ [filterPrefix + dim]: undefined })}>{t(levelNames.get(dim) ?? 'filter.narrowed')} <span aria-hidden="true">×</span></button>
      ))}
      <Button aria-pressed={compare} type={compare ? 'primary' : 'default'} onClick={() => change({ compare: compare ? undefined : 'prior' })}>{t('dashboard.compare')}</Button>
      <Button onClick={() => window.print()}>{t('dashboard.print')}</Button>
    </div>
  )
}

export default function DashboardPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const [asked, setAsked] = useState<HowAsked | null>(null)
  const metrics = useMetrics()
  const id = address.get('id') ?? ''
  const compare = address.get('compare') === 'prior' ? 'prior' : undefined
  const filters = readFilters(address)
  const dashboard = useQuery({
    queryKey: ['dashboard', id, filters],
    queryFn: () => data(api.GET('/api/v1/dashboards/{id}', { params: { path: { id }, query: { filter: Object.entries(filters).map(([dim, value]) => `${dim}:${value}`) } } })),
    placeholderData: keepPreviousData,
    enabled: id !== '',
  })
  if (id === '') return <EmptyState title={t('dashboard.no_id')} action={<Link to="/dashboards">{t('menu.dashboards')}</Link>} />
  return (
    <QueryView query={dashboard}>
      {(one) => {
        const where = chosenWhere(one, filters)
        const period = one.filters.flatMap((filter) => filter.values.filter((value) => value.value === where[filter.id]).map((value) => value.title)).join(' · ')
        return (
          <Page title={one.title} crumbs={[{ title: t('menu.dashboards'), to: '/dashboards' }]} note={t('card.as_of', { at: formatTime(one.as_of) })}>
            <Filters dashboard={one} filters={filters} />
            {one.cards.length === 0 && <EmptyState title={t('dashboard.no_cards')} />}
            <div className="bm-board" aria-busy={dashboard.isPlaceholderData}>
              {one.cards.map((card) => <DrillCard key={card.id} card={card} metrics={metrics} where={where} period={period} compare={compare} onExplain={setAsked} />)}
            </div>
            <HowDrawer asked={asked} onClose={() => setAsked(null)} />
          </Page>
        )
      }}
    </QueryView>
  )
}
