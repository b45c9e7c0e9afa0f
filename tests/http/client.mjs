// SPDX-License-Identifier: Apache-2.0
// What the HTTP tests share: a signed-in caller of the server at BANMO_URL, with the session as a bearer token.
import assert from 'node:assert/strict'

export const base = process.env.BANMO_URL
assert.ok(base, 'BANMO_URL names the server under test: tools/test sets it')
export const password = 'banmo-demo'
export const accounts = ['city', 'leader', 'district', 'principal', 'teacher', 'student', 'guardian', 'sysadmin', 'secadmin', 'auditor']

export class Caller {
  constructor(account, token, at = base) {
    this.account = account
    this.token = token
    this.at = at
  }
  // {status, headers, body}: body is parsed JSON where the answer says so, else text.
  async call(method, path, { body, headers = {}, raw } = {}) {
    const sent = { accept: 'application/json', ...headers }
    if (this.token) sent.authorization = `Bearer ${this.token}`
    if (body !== undefined) sent['content-type'] = 'application/json'
    const answer = await fetch(this.at + path, { method, headers: sent, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)) })
    const type = answer.headers.get('content-type') ?? ''
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text, body: /json/.test(type) && text ? JSON.parse(text) : text }
  }
  get(path) {
    return this.call('GET', `/api/v1${path}`)
  }
  post(path, body) {
    return this.call('POST', `/api/v1${path}`, { body })
  }
  async ok(path) {
    const answer = await this.get(path)
    assert.equal(answer.status, 200, `${this.account} GET ${path}: ${answer.text.slice(0, 300)}`)
    return answer.body
  }
  async query(question) {
    const answer = await this.post('/metrics/query', question)
    assert.equal(answer.status, 200, `${this.account} ${JSON.stringify(question)}: ${answer.text.slice(0, 400)}`)
    return answer.body
  }
  // All pages of a list.
  async all(path) {
    const items = []
    for (let after = ''; ; ) {
      const page = await this.ok(`${path}${path.includes('?') ? '&' : '?'}limit=1000${after && `&after=${encodeURIComponent(after)}`}`)
      items.push(...page.items)
      if (!page.next) return items
      after = page.next
    }
  }
}

const known = new Map()
export async function signIn(account) {
  if (!known.has(account)) {
    const answer = await new Caller(account).post('/session', { account, password })
    assert.equal(answer.status, 201, `${account} signs in: ${answer.text}`)
    known.set(account, new Caller(account, answer.body.token))
  }
  return known.get(account)
}

// Cells of a result by column id: organisations as their title, codes as their code.
export function records(result) {
  const plain = (cell) => (cell && typeof cell === 'object' ? (cell.code ?? cell.title) : cell)
  return result.rows.map((row, r) =>
    Object.fromEntries([
      ...result.columns.map((column, c) => [column.id, plain(row[c])]),
      ['$withheld', result.suppressed.filter(([at]) => at === r).map(([, c]) => result.columns[c].id)],
    ]),
  )
}

export async function importText(caller, dataset, name, bytes, { dryRun = false, type = 'text/csv' } = {}) {
  const answer = await caller.call('POST', `/api/v1/datasets/${dataset}/import?name=${encodeURIComponent(name)}&dry_run=${dryRun}`, { raw: bytes, headers: { 'content-type': type } })
  assert.equal(answer.status, 202, answer.text)
  return ended(caller, answer.body.id)
}

// The job when it has ended.
export async function ended(caller, id) {
  for (let i = 0; i < 600; ++i) {
    const job = await caller.ok(`/jobs/${id}`)
    if (job.state === 'done' || job.state === 'failed') return job
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error('the import did not end in 30 s')
}

/** The body of an answer that should have that status. */
export async function done(answer, status = 200) {
  const { body, status: got, text } = await answer
  assert.equal(got, status, text)
  return body
}

/** A refusal: its status and code, and a sentence in both languages. */
export async function refused(answer, status, code, words) {
  const { body, status: got, text } = await answer
  assert.deepEqual([got, body.code], [status, code], text)
  assert.match(body.detail.zh, words)
  assert.ok(body.detail.en, text)
}
