// The table of pages: path, who may see it, where it stands in the menu, the code that draws it (fetched on the first visit).
// `roles` narrows the menu to those whom a page concerns; what may be seen there is the server's to say.
// A `bare` page fills the window without the frame.
// Paths have one segment, so that relative addresses of assets hold at any prefix; ids travel in the query.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { Me } from '@/shared/api/types'
import { patiently } from '@/shared/connection'
import type { MenuWord } from './menu-icons'

export type Route = { path: string; right?: string | string[]; roles?: string[]; menu?: MenuWord; group?: 'work' | 'data' | 'govern'; bare?: boolean; page: LazyExoticComponent<ComponentType> }

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(() => patiently(load))

const offices = ['city_officer', 'district_officer', 'principal', 'school_cio', 'teacher', 'homeroom_teacher', 'enterprise']

export const routes: Route[] = [
  { path: '', menu: 'home', group: 'work', page: page(() => import('@/features/home/home-page')) },
  { path: 'portrait', right: 'datasets.read', roles: ['student', 'guardian'], menu: 'portrait', group: 'work', page: page(() => import('@/features/metrics/portrait-page')) },
  { path: 'dashboards', right: 'metrics.read', menu: 'dashboards', group: 'work', page: page(() => import('@/features/metrics/dashboards-page')) },
  { path: 'dashboard', right: 'metrics.read', page: page(() => import('@/features/metrics/dashboard-page')) },
  { path: 'screen', right: 'metrics.read', bare: true, page: page(() => import('@/features/metrics/screen-page')) },
  { path: 'ask', right: 'metrics.read', menu: 'ask', group: 'work', page: page(() => import('@/features/ask/ask-page')) },
  { path: 'ask-words', right: 'ask.manage', page: page(() => import('@/features/ask/words-page')) },
  { path: 'builder', right: 'dashboards.manage', menu: 'builder', group: 'work', page: page(() => import('@/features/builder/builder-page')) },
  { path: 'learning', right: 'datasets.read', menu: 'learning', group: 'work', page: page(() => import('@/features/learning/learning-page')) },
  { path: 'timeline', right: 'datasets.read', page: page(() => import('@/features/learning/timeline-page')) },
  { path: 'courses', right: 'datasets.read', menu: 'courses', group: 'work', page: page(() => import('@/features/courses/courses-page')) },
  { path: 'course', right: 'datasets.read', page: page(() => import('@/features/courses/course-page')) },
  { path: 'services', right: 'cases.handle', menu: 'services', group: 'work', page: page(() => import('@/features/services/services-page')) },
  { path: 'service', right: 'cases.handle', page: page(() => import('@/features/services/service-page')) },
  { path: 'cases', right: 'cases.handle', page: page(() => import('@/features/services/cases-page')) },
  { path: 'case', right: 'datasets.read', page: page(() => import('@/features/services/case-page')) },
  { path: 'work', right: 'cases.handle', roles: offices, menu: 'work', group: 'work', page: page(() => import('@/features/services/work-page')) },
  { path: 'delegations', right: 'cases.handle', page: page(() => import('@/features/services/delegations-page')) },
  { path: 'review', right: 'cases.handle', page: page(() => import('@/features/services/review-page')) },
  { path: 'figures', right: 'datasets.read', page: page(() => import('@/features/services/figures-page')) },
  { path: 'admissions', right: 'orgs.read', roles: ['city_officer', 'city_leader', 'district_officer', 'principal', 'school_cio', 'student', 'guardian'], menu: 'admissions', group: 'work', page: page(() => import('@/features/admission/admissions-page')) },
  { path: 'lots', right: ['admission.run', 'admission.publish'], menu: 'lots', group: 'work', page: page(() => import('@/features/admission/lots-page')) },
  { path: 'plan', right: 'plan.read', menu: 'plan', group: 'work', page: page(() => import('@/features/plan/plan-page')) },
  { path: 'orgs', right: 'orgs.read', menu: 'orgs', group: 'data', page: page(() => import('@/features/directory/orgs-page')) },
  { path: 'org', right: 'orgs.read', page: page(() => import('@/features/directory/org-page')) },
  { path: 'people', right: 'people.read', menu: 'people', group: 'data', page: page(() => import('@/features/directory/people-page')) },
  { path: 'person', right: 'people.read', page: page(() => import('@/features/directory/person-page')) },
  { path: 'datasets', right: 'datasets.read', menu: 'datasets', group: 'data', page: page(() => import('@/features/records/datasets-page')) },
  { path: 'dataset', right: 'datasets.read', page: page(() => import('@/features/records/dataset-page')) },
  { path: 'import', right: 'datasets.import', page: page(() => import('@/features/records/import-page')) },
  { path: 'quarantine', right: 'quality.read', menu: 'quarantine', group: 'data', page: page(() => import('@/features/records/quarantine-page')) },
  { path: 'quality', right: 'quality.read', menu: 'quality', group: 'data', page: page(() => import('@/features/records/quality-page')) },
  { path: 'lineage', right: 'datasets.read', page: page(() => import('@/features/records/lineage-page')) },
  { path: 'classification', right: ['datasets.read', 'levels.manage'], menu: 'classification', group: 'data', page: page(() => import('@/features/records/classification-page')) },
  { path: 'shares', right: 'datasets.export', menu: 'shares', group: 'data', page: page(() => import('@/features/shares/shares-page')) },
  { path: 'packs', right: 'packs.read', menu: 'packs', group: 'govern', page: page(() => import('@/features/pack/packs-page')) },
  { path: 'accounts', right: 'accounts.read', menu: 'accounts', group: 'govern', page: page(() => import('@/features/directory/accounts-page')) },
  { path: 'tools', right: 'xapi.keys', menu: 'tools', group: 'govern', page: page(() => import('@/features/learning/tools-page')) },
  { path: 'recipes', right: ['xapi.keys', 'datasets.read'], page: page(() => import('@/features/learning/recipes-page')) },
  { path: 'forwards', right: 'xapi.keys', page: page(() => import('@/features/learning/forwards-page')) },
  { path: 'actors', right: 'people.manage', menu: 'actors', group: 'govern', page: page(() => import('@/features/learning/actors-page')) },
  { path: 'retention', right: 'people.manage', page: page(() => import('@/features/learning/retention-page')) },
  { path: 'audit', right: 'audit.read', menu: 'audit', group: 'govern', page: page(() => import('@/features/audit/audit-page')) },
  { path: 'notices', page: page(() => import('@/features/home/notices-page')) },
  { path: 'me', page: page(() => import('@/features/session/me-page')) },
  { path: 'password', page: page(() => import('@/features/session/password-page')) },
]

/** What stands in the menu of this person: by right, and where a page concerns some roles only, by role. */
export function openTo(me: Me): Route[] {
  const allowed = (route: Route) => (route.right === undefined || [route.right].flat().some((right) => me.rights.includes(right))) && (route.roles === undefined || me.roles.some((held) => route.roles?.includes(held.role)))
  return routes.filter((route) => route.menu !== undefined && allowed(route))
}
