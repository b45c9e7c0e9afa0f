import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { DashboardRef } from '@/shared/api/types'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

function Links({ items, to }: { items: DashboardRef[]; to: string }) {
  const { t } = useTranslation()
  return (
    <ul className="bm-cards">
      {items.map((dashboard) => (
        <li key={dashboard.id} className="bm-panel bm-dashboard-link">
          <h2><Link to={`${to}?id=${encodeURIComponent(dashboard.id)}`}>{dashboard.title}</Link></h2>
          <p>{dashboard.pack === '' ? t('dashboards.own') : <code>{dashboard.pack}</code>}</p>
        </li>
      ))}
    </ul>
  )
}

export default function DashboardsPage() {
  const { t } = useTranslation()
  const dashboards = useQuery({ queryKey: ['dashboards'], queryFn: () => data(api.GET('/api/v1/dashboards')) })
  return (
    <Page title={t('menu.dashboards')} note={t('dashboards.note')}>
      <QueryView query={dashboards} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('dashboards.none')} hint={t('dashboards.none_hint')} />}>
        {(page) => {
          const screens = page.items.filter((one) => one.screen)
          return (
            <>
              <Links items={page.items.filter((one) => !one.screen)} to="/dashboard" />
              {screens.length > 0 && <section aria-label={t('dashboards.screens')}><h2>{t('dashboards.screens')}</h2><p>{t('dashboards.screens_note')}</p><Links items={screens} to="/screen" /></section>}
            </>
          )
        }}
      </QueryView>
    </Page>
  )
}
