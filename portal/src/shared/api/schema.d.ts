// The server's HTTP contract (docs/dev/api.md) in the form that openapi-typescript writes.
// `npm run gen` replaces this file from openapi.json; nothing but types.ts and client.ts may read it.

type Two = { zh: string; en: string }
type OrgKind = 'city' | 'bureau' | 'district' | 'school' | 'grade' | 'class' | 'college' | 'enterprise'
type OrgRef = { id: string; title: string; kind: OrgKind }
type Level = 'L1' | 'L2' | 'L3' | 'L4' | 'L5'
type Value = string | number | boolean | null

type Json<T> = { headers: { [name: string]: unknown }; content: { 'application/json': T } }
type Nothing = { headers: { [name: string]: unknown }; content?: never }
type Failure = { headers: { [name: string]: unknown }; content: { 'application/problem+json': Schemas['Problem'] } }
type Page<T> = { items: T[]; next?: string }
type Answers<T> = { 200: Json<T>; default: Failure }
type Paging = { limit?: number; after?: string }
type Params<Q, P> = { cookie?: never } & ([Q] extends [never] ? { query?: never } : { query?: Q }) & ([P] extends [never] ? { path?: never } : { path: P })
type Get<T, Q = never, P = never> = {
  parameters: Params<Q, P> & { header?: never }
  requestBody?: never
  responses: Answers<T>
}
type Send<T, B, P = never, S extends number = 200> = {
  parameters: Params<never, P> & { header?: { 'Idempotency-Key'?: string; 'If-Match'?: string } }
  requestBody: { content: { 'application/json': B } }
  responses: { [K in S]: Json<T> } & { default: Failure }
}
type Bare<P = never> = {
  parameters: Params<never, P> & { header?: never }
  requestBody?: never
  responses: { 204: Nothing; default: Failure }
}

interface Schemas {
  Two: Two
  OrgKind: OrgKind
  OrgRef: OrgRef
  Level: Level
  Value: Value
  Problem: {
    type: string; title: string; status: number; code: string; detail: Two; where?: string; request_id?: string
    errors?: { where: string; code: string; detail: Two }[]
  }
  Fault: { code: string; detail: Two; title?: string; status?: number; where?: string }
  Me: {
    account: string; name: string; person_id?: string; must_change_password: boolean; demo: boolean
    roles: { role: string; title: Two; org: OrgRef }[]; org: OrgRef; rights: string[]
  }
  Session: { token: string; expires_at: string; me: Schemas['Me'] }
  Org: {
    id: string; code?: string; title: string; kind: OrgKind; parent?: string; n_children: number; n_students: number; n_staff: number
    valid_from: string; valid_to?: string
  }
  OrgEvent: { at: string; what: string; detail: Two; by: string }
  Person: { id: string; name: string; sex?: string; birth?: string; roles: string[]; org?: OrgRef }
  Membership: { org: OrgRef; role: string; from: string; to?: string }
  Dataset: {
    id: string; pack: string; title: string; kind: 'entry' | 'reference' | 'derived'; level: Level; category: string; owner?: string
    grain: string[]; n_rows: number; updated_at?: string; quality_rate?: number
    can: { import: boolean; edit: boolean; export: boolean }
  }
  Field: {
    id: string; title: string; required: boolean; level: Level; masked: boolean; unit?: string; list?: string
    type: 'text' | 'int' | 'decimal' | 'bool' | 'date' | 'datetime' | 'year' | 'code' | 'org' | 'ref' | 'idno' | 'phone' | 'state'
    codes?: { code: string; title: string }[]; min?: number; max?: number; scale?: number
  }
  Rule: { id: string; title: string; severity: 'error' | 'warn'; expr: string }
  DatasetDetail: Schemas['Dataset'] & {
    fields: Schemas['Field'][]; rules: Schemas['Rule'][]; law?: { purpose: string; basis: string }; lineage: { from: string[]; to: string[] }
  }
  Row: { _key: string; _batch?: string; _file?: string; _line?: number; _warn?: string[]; [field: string]: Value | string[] | undefined }
  RowEvent: {
    at: string; by: string; op: 'insert' | 'update' | 'delete'; source: { batch?: string; file?: string; line?: number }
    changes: { field: string; before: Value; after: Value }[]
  }
  Job: {
    id: string; kind: 'import'; dataset: string; file: string; dry_run: boolean; state: 'queued' | 'running' | 'done' | 'failed'
    phase: string; progress: number; n_read: number; n_good: number; n_bad: number; n_warn: number; n_new: number; n_changed: number
    n_same: number; batch?: string; error?: Schemas['Fault']; by: string; created_at: string; finished_at?: string
  }
  Batch: { id: string; dataset: string; file: string; sha256: string; by: string; at: string; n_good: number; n_bad: number; n_warn: number; state: string }
  Bad: { id: string; batch: string; file: string; line: number; field?: string; rule: string; detail: Two; raw: Record<string, string>; org?: OrgRef }
  QualityRow: { dataset: string; org?: OrgRef; n_rows: number; n_bad: number; n_warn: number; rate: number }
  QualityRule: { dataset: string; rule: string; title: string; severity: 'error' | 'warn'; n_bad: number }
  Code: { code: string; title: string }
  Metric: {
    id: string; pack: string; title: string; unit?: string; better?: 'up' | 'down'; kind: 'aggregate' | 'ratio' | 'derived'; dataset?: string
    dims: { id: string; title: string }[]; min_cell?: number; synonyms: string[]; definition: string
  }
  MetricQuery: {
    metrics: string[]; by?: string[]; where?: Record<string, Value | Value[]>
    time?: { grain?: string; from?: string; to?: string; last?: number }; order?: string; limit?: number; compare?: 'prior' | 'yoy'
  }
  Cell: Value | { id: string; title: string } | { code: string; title: string }
  Column: { id: string; title: string; kind: 'dimension' | 'metric' | 'compare' | 'share'; unit?: string; type: string; decimals?: number }
  QueryResult: { columns: Schemas['Column'][]; rows: Schemas['Cell'][][]; suppressed: number[][]; as_of: string; next?: string }
  Explanation: {
    metrics: { id: string; title: string; definition: string; formula: string; dataset: string; filters: string | string[] }[]
    sources: { batch: string; file: string; at: string; n_rows: number }[]; n_rows: number; sql: string
  }
  Card: {
    id: string; kind: 'kpi' | 'line' | 'bar' | 'rank' | 'heat' | 'map' | 'table'; title: string; metrics: string[]; by: string[]
    drill?: string; result: Schemas['QueryResult']; error?: Schemas['Fault']
  }
  Filter: { id: string; title: string; values: { value: string | number; title: string }[]; current?: string | number }
  Dashboard: { id: string; title: string; filters: Schemas['Filter'][]; cards: Schemas['Card'][]; as_of: string }
  DashboardRef: { id: string; pack: string; title: string }
  TargetYear: {
    year: number; target: number; actual?: number; lamp: 'green' | 'yellow' | 'red' | 'grey'; source?: 'computed' | 'reported'
    evidence?: string; at?: string
  }
  Target: {
    id: string; plan: string; section: string; item: string; unit: string; measure: string; op: '>=' | '<=' | '='; metric?: string
    source: 'computed' | 'reported'; responsible: string; years: Schemas['TargetYear'][]
  }
  Pack: {
    id: string; version: string; title: string; owner: string; n_datasets: number; n_metrics: number; n_dashboards: number; n_targets: number
    tests?: { passed: number; failed: number }; n_tests?: number
  }
  AuditEntry: { seq: number; at: string; actor: string; action: string; object: string; org?: string; detail: Value | Record<string, unknown> }
  Account: { account: string; name: string; roles: string[]; enabled: boolean; last_sign_in?: string }
  Home: {
    todo: { kind: string; title: Two; n: number; link: string }[]
    figures: { metric: string; title: string; unit?: string; value?: number | null; suppressed?: boolean; decimals?: number }[]
    shortcuts: { title: Two; link: string }[]
  }
}

export interface components { schemas: Schemas }

export interface paths {
  '/api/v1/session': { post: Send<Schemas['Session'], { account: string; password: string }, never, 201>; delete: Bare }
  '/api/v1/me': { get: Get<Schemas['Me']> }
  '/api/v1/me/password': {
    put: { parameters: Params<never, never> & { header?: never }; requestBody: { content: { 'application/json': { old_password: string; new_password: string } } }; responses: { 204: Nothing; default: Failure } }
  }
  '/api/v1/orgs': { get: Get<Page<Schemas['Org']>, Paging & { parent?: string; q?: string; kind?: string }> }
  '/api/v1/orgs/{id}': { get: Get<Schemas['Org'] & { path: OrgRef[] }, never, { id: string }> }
  '/api/v1/orgs/{id}/history': { get: Get<Page<Schemas['OrgEvent']>, never, { id: string }> }
  '/api/v1/people': { get: Get<Page<Schemas['Person']>, Paging & { org?: string; q?: string; role?: string }> }
  '/api/v1/people/{id}': { get: Get<Schemas['Person'] & { memberships: Schemas['Membership'][] }, never, { id: string }> }
  '/api/v1/datasets': { get: Get<{ items: Schemas['Dataset'][] }> }
  '/api/v1/datasets/{id}': { get: Get<Schemas['DatasetDetail'], never, { id: string }> }
  '/api/v1/datasets/{id}/rows': {
    get: Get<Page<Schemas['Row']>, Paging & { filter?: string[]; order?: string }, { id: string }>
    post: Send<Schemas['Row'], Record<string, Value>, { id: string }, 201>
  }
  '/api/v1/datasets/{id}/rows/{key}': {
    get: Get<Schemas['Row'], never, { id: string; key: string }>
    patch: Send<Schemas['Row'], Record<string, Value>, { id: string; key: string }>
    delete: Bare<{ id: string; key: string }>
  }
  '/api/v1/datasets/{id}/rows/{key}/history': { get: Get<{ items: Schemas['RowEvent'][] }, never, { id: string; key: string }> }
  '/api/v1/jobs/{id}': { get: Get<Schemas['Job'], never, { id: string }> }
  '/api/v1/batches': { get: Get<Page<Schemas['Batch']>, Paging & { dataset?: string }> }
  '/api/v1/datasets/{id}/quarantine': { get: Get<Page<Schemas['Bad']>, Paging & { batch?: string; org?: string }, { id: string }> }
  '/api/v1/quality': { get: Get<Page<Schemas['QualityRow']>, Paging & { dataset?: string; org?: string }> }
  '/api/v1/quality/rules': { get: Get<{ items: Schemas['QualityRule'][] }, { dataset?: string }> }
  '/api/v1/codes/{list}': { get: Get<{ items: Schemas['Code'][] }, never, { list: string }> }
  '/api/v1/metrics': { get: Get<{ items: Schemas['Metric'][] }> }
  '/api/v1/metrics/query': { post: Send<Schemas['QueryResult'], Schemas['MetricQuery']> }
  '/api/v1/metrics/explain': { post: Send<Schemas['Explanation'], Schemas['MetricQuery']> }
  '/api/v1/metrics/rows': { post: Send<Page<Schemas['Row']>, { metric: string; where?: Record<string, Value | Value[]>; limit?: number }> }
  '/api/v1/dashboards': { get: Get<{ items: Schemas['DashboardRef'][] }> }
  '/api/v1/dashboards/{id}': { get: Get<Schemas['Dashboard'], { filter?: string[] }, { id: string }> }
  '/api/v1/plan': { get: Get<{ items: Schemas['Target'][]; units: string[] }> }
  '/api/v1/plan/targets/{id}/reports': { post: Send<Schemas['Target'], { year: number; value: number; evidence: string }, { id: string }> }
  '/api/v1/packs': { get: Get<{ items: Schemas['Pack'][] }> }
  '/api/v1/audit': { get: Get<Page<Schemas['AuditEntry']>, Paging & { actor?: string; action?: string }> }
  '/api/v1/accounts': { get: Get<Page<Schemas['Account']>, Paging & { q?: string }> }
  '/api/v1/accounts/{account}/disable': { post: Bare<{ account: string }> }
  '/api/v1/accounts/{account}/enable': { post: Bare<{ account: string }> }
  '/api/v1/home': { get: Get<Schemas['Home']> }
}
