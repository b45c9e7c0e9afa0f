// What a server says in the component tests, typed by the contract: a shape that changes no longer compiles. Started anew for each test. What is not here is a problem document, as
// pages must expect of any server. Whole walks run against the real server: tests/e2e.
import type { components } from '@/shared/api/schema'
import type { Dashboard, Home, Job, Me, Problem } from '@/shared/api/types'

type S = components['schemas']
type Answer = { status?: number; body?: object }

const at = '2026-11-22T08:00:00Z'
const two = (zh: string, en: string) => ({ zh, en })
const org: S['OrgRef'] = { id: 'o1', title: '演示市', kind: 'city' }
const rights: Record<string, string[]> = {
  city: ['orgs.read', 'people.read', 'datasets.read', 'datasets.edit', 'quality.read', 'metrics.read', 'plan.read'],
  leader: ['orgs.read', 'quality.read', 'metrics.read', 'plan.read'],
  principal: ['orgs.read', 'people.read', 'datasets.read', 'metrics.read'],
  student: ['orgs.read', 'people.read', 'datasets.read'],
  auditor: ['audit.read', 'accounts.read'],
}

function meOf(account: string): Me {
  const role: S['HeldRole'] = { role: account, title: two(account, account), org }
  return { account, name: account, must_change_password: false, demo: true, roles: [role], held: [role], org, rights: rights[account] ?? [] }
}

function problem(status: number, code: string, zh: string, en: string): Answer {
  const body: Problem & { request_id: string } = { type: 'about:blank', title: zh, status, code, detail: two(zh, en), request_id: 'r1' }
  return { status, body }
}

const home: Home = { todo: [{ kind: 'quarantine', title: two('行体测数据待改正', 'rows of results to mend'), n: 12, link: '/quarantine' }], figures: [], shortcuts: [] }
const board: Dashboard = { id: 'fitness', title: '学生体质健康', title_en: 'Fitness', screen: false, filters: [], cards: [], as_of: at }
const found: { items: S['SearchHit'][] } = { items: [{ kind: 'org', title: two('第一小学', 'First School'), note: two('学校', 'School'), link: '/org?id=o2' }] }
const entry: S['AuditEntry'] = { seq: 1, at, actor: 'city', action: 'org.rename', object_kind: 'org', object: 'o2', detail: {} }
const job: Job = {
  id: 'j1', kind: 'import', dataset: 'd', file: 'a.csv', dry_run: true, state: 'running', phase: 'checking', progress: 0.5,
  n_read: 1, n_good: 0, n_bad: 1, n_warn: 0, n_new: 0, n_changed: 0, n_same: 0, by: 'city', created_at: at, can_write: false,
}

/** A server of one test: who is signed in, what is read, how far the job is. */
export function startAnswers(): (request: Request) => Promise<Response> {
  let account = ''
  let unread = true
  let asked = 0
  const notice = (): S['Notice'] => ({ id: '1', at, kind: 'import.done', title: two('导入完成', 'Imported'), link: '/datasets', read: !unread })
  const answers: Record<string, (body: Record<string, unknown>) => Answer> = {
    'POST /session': (body) => {
      if (body['password'] !== 'banmo-demo') return problem(401, 'session.bad_credentials', '账号或密码不对', 'wrong account or password')
      account = String(body['account'])
      const session: S['Session'] = { token: 't', expires_at: at, me: meOf(account) }
      return { status: 201, body: session }
    },
    'GET /me': () => (account === '' ? problem(401, 'session.none', '请先登录', 'sign in first') : { body: meOf(account) }),
    'GET /home': () => ({ body: home }),
    'GET /dashboards/fitness': () => ({ body: board }),
    'GET /metrics': () => ({ body: { items: [] } }),
    'GET /search': () => ({ body: found }),
    'GET /audit': () => ({ body: { items: [entry] } }),
    'GET /notices': () => ({ body: { items: [notice()], n_unread: unread ? 1 : 0 } satisfies S['NoticeList'] }),
    'POST /notices/read': () => ((unread = false), { status: 204 }),
    'GET /jobs/j1': () => ({ body: { ...job, state: ++asked < 2 ? 'running' : 'done' } satisfies Job }),
  }
  return async (request) => {
    const { pathname } = new URL(request.url)
    const answer = answers[`${request.method} ${pathname.replace('/api/v1', '')}`]
    const body: unknown = request.method === 'POST' ? await request.json() : {}
    const { status = 200, body: said } = answer?.(body as Record<string, unknown>) ?? problem(404, 'http.not_found', '没有这个地址', 'there is no such address')
    return new Response(said === undefined ? null : JSON.stringify(said), { status, headers: { 'content-type': 'application/json' } })
  }
}
