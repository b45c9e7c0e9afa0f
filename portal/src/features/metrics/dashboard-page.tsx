// A dashboard: one request for all cards (a second for the other side of a comparison); filters, place, comparison and the way down are in the address,
// so that a view can be shared.
import '@/pack-ui/pack-ui.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { startTransition, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Dashboard } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useMetrics } from '@/shared/metrics'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { otherFilters, otherPrefix, readFilters } from './address'
import { CompareWith } from './compare-with'
import { DashboardFilters } from './dashboard-filters'
import { DrillCard } from './drill-card'
import { HowDrawer, type HowAsked } from './how-drawer'
import { OrgTrail } from './org-trail'
import { useSides } from './sides'
import { Subscribe } from './subscribe'
import { periodOf, chosenWhere } from './where'

function readDashboard(id: string, filters: Record<string, string>) {
  return data(api.GET('/api/v1/dashboards/{id}', { params: { path: { id }, query: { filter: Object.entries(filters).map(([dim, value]) => `${dim}:${value}`) } } }))
}

type BoardProps = { dashboard: Dashboard; other?: Dashboard; filters: Record<string, string>; vs: Record<string, string>; busy: boolean }

function Board({ dashboard, other, filters, vs, busy }: BoardProps) {
  const { t } = useTranslation()
  const [address] = useAddress()
  const [asked, setAsked] = useState<HowAsked | null>(null)
  const explain = useCallback((question: HowAsked) => startTransition(() => setAsked(question)), [])
  const metrics = useMetrics()
  const where = useMemo(() => chosenWhere(dashboard, filters), [dashboard, filters])
  const sides = useSides(dashboard, filters, vs)
  const others = useMemo(() => new Map(other?.cards.map((card) => [card.id, { result: card.result, sides }])), [other, sides])
  const compare = address.get('compare') === 'prior' ? 'prior' : undefined
  return (
    <>
      {dashboard.cards.length === 0 && <EmptyState title={t('dashboard.no_cards')} />}
      <div className="bm-board" aria-busy={busy}>
        {dashboard.cards.map((card) => (
          <DrillCard key={card.id} card={card} other={others.get(card.id)} metrics={metrics} where={where} period={periodOf(dashboard, where)} compare={compare} onExplain={explain} />
        ))}
      </div>
      <HowDrawer asked={asked} onClose={() => setAsked(null)} />
    </>
  )
}

export default function DashboardPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const author = useRight('dashboards.manage')
  const id = address.get('id') ?? ''
  const text = address.toString()
  const filters = useMemo(() => readFilters(new URLSearchParams(text)), [text])
  const vs = useMemo(() => readFilters(new URLSearchParams(text), otherPrefix), [text])
  const comparing = Object.keys(vs).length > 0
  const [choosing, setChoosing] = useState(comparing)
  const theirs = otherFilters(filters, vs)
  const dashboard = useQuery({ queryKey: ['dashboard', id, filters], queryFn: () => readDashboard(id, filters), placeholderData: keepPreviousData, enabled: id !== '' })
  const other = useQuery({ queryKey: ['dashboard', id, theirs], queryFn: () => readDashboard(id, theirs), placeholderData: keepPreviousData, enabled: id !== '' && comparing })
  if (id === '') return <EmptyState title={t('dashboard.no_id')} action={<Link to="/dashboards">{t('menu.dashboards')}</Link>} />
  return (
    <QueryView query={dashboard}>
      {(one) => (
        <Page title={one.title} crumbs={[{ title: t('menu.dashboards'), to: '/dashboards' }]} note={t('card.as_of', { at: formatTime(one.as_of) })} actions={<>{author && <Link to={`/builder?id=${encodeURIComponent(one.id)}`}>{t('dashboard.edit')}</Link>}<Subscribe dashboard={one.id} /></>}>
          <OrgTrail filters={filters} />
          <DashboardFilters dashboard={one} filters={filters} comparing={choosing} onCompare={() => startTransition(() => setChoosing(!choosing))} />
          {choosing && <CompareWith dashboard={one} other={vs} onClose={() => setChoosing(false)} />}
          {comparing && other.error && <ErrorState error={other.error} />}
          <Board dashboard={one} other={comparing ? other.data : undefined} filters={filters} vs={vs} busy={dashboard.isPlaceholderData || (comparing && other.isFetching)} />
        </Page>
      )}
    </QueryView>
  )
}
