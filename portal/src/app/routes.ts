// The table of pages: path, who may see it, where it stands in the menu, the code that draws it (fetched on the first visit).
// Paths have one segment, so that relative addresses of assets hold at any prefix; ids travel in the query.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { MenuWord } from './menu-icons'

export type Route = { path: string; right?: string; menu?: MenuWord; group?: 'work' | 'data' | 'govern'; page: LazyExoticComponent<ComponentType> }

export const routes: Route[] = [
  { path: '', menu: 'home', group: 'work', page: lazy(() => import('@/features/home/home-page')) },
  { path: 'dashboards', right: 'metrics.read', menu: 'dashboards', group: 'work', page: lazy(() => import('@/features/metrics/dashboards-page')) },
  { path: 'dashboard', right: 'metrics.read', page: lazy(() => import('@/features/metrics/dashboard-page')) },
  { path: 'plan', right: 'plan.read', menu: 'plan', group: 'work', page: lazy(() => import('@/features/plan/plan-page')) },
  { path: 'orgs', right: 'orgs.read', menu: 'orgs', group: 'data', page: lazy(() => import('@/features/directory/orgs-page')) },
  { path: 'people', right: 'people.read', menu: 'people', group: 'data', page: lazy(() => import('@/features/directory/people-page')) },
  { path: 'datasets', right: 'datasets.read', menu: 'datasets', group: 'data', page: lazy(() => import('@/features/records/datasets-page')) },
  { path: 'dataset', right: 'datasets.read', page: lazy(() => import('@/features/records/dataset-page')) },
  { path: 'import', right: 'datasets.import', page: lazy(() => import('@/features/records/import-page')) },
  { path: 'quarantine', right: 'quality.read', page: lazy(() => import('@/features/records/quarantine-page')) },
  { path: 'quality', right: 'quality.read', menu: 'quality', group: 'data', page: lazy(() => import('@/features/records/quality-page')) },
  { path: 'packs', right: 'packs.read', menu: 'packs', group: 'govern', page: lazy(() => import('@/features/pack/packs-page')) },
  { path: 'accounts', right: 'accounts.manage', menu: 'accounts', group: 'govern', page: lazy(() => import('@/features/directory/accounts-page')) },
  { path: 'audit', right: 'audit.read', menu: 'audit', group: 'govern', page: lazy(() => import('@/features/audit/audit-page')) },
  { path: 'password', page: lazy(() => import('@/features/session/password-page')) },
]
