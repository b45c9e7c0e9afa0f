// SPDX-License-Identifier: Apache-2.0
// Runs the text cases (docs/dev/cases.md) against a server of their own.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { caseOf, parse, subset } from './case-file.mjs'
import { Caller } from './client.mjs'
import { Server, banmo, eventually, ownCity, work } from './own-server.mjs'

const root = resolve(dirname(new URL(import.meta.url).pathname), '../..')
const folders = ['tests/cases', ...readdirSync(join(root, 'scenes')).map((pack) => `scenes/${pack}/cases`)].filter((folder) => existsSync(join(root, folder)))
const files = folders.flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.case')).sort().map((name) => join(root, folder, name)))

const server = await Server.start(ownCity('served'))
const city = ownCity('unserved')
const callers = new Map([['nobody', new Caller('nobody', undefined, server.url)]])
async function caller(account) {
  if (!callers.has(account)) callers.set(account, await server.signIn(account))
  return callers.get(account)
}

async function ask(one) {
  const who = await caller(one.as)
  const upload = one.method === 'IMPORT'
  const headers = { ...(one.body === undefined ? {} : { 'content-type': upload ? 'text/csv' : 'application/json' }), ...one.headers }
  const answer = await who.call(upload ? 'POST' : one.method, one.path, { raw: one.body, headers })
  if (!upload || answer.status !== 202) return answer
  const body = await eventually(async () => {
    const job = await who.ok(`/jobs/${answer.body.id}`)
    return ['done', 'failed'].includes(job.state) ? job : null
  }, { within_ms: 30_000, what: 'the end of the import' })
  return { ...answer, body, text: JSON.stringify(body) }
}

function run(one) {
  const done = banmo(one.command.slice(1))
  return { status: done.code, headers: new Headers(), body: {}, text: done.out }
}

async function check(raw, known) {
  const one = caseOf(raw, known)
  for (const { path, text } of one.files) {
    mkdirSync(dirname(join(known.get('work'), path)), { recursive: true })
    writeFileSync(join(known.get('work'), path), text)
  }
  const answer = one.command ? run(one) : await ask(one)
  const shown = `${one.where}: ${answer.text.slice(0, 600)}`
  assert.equal(answer.status, one.status, shown)
  for (const [header, value] of one.expectedHeaders) assert.ok((answer.headers.get(header) ?? '').includes(value), `${one.where}: ${header} is ${answer.headers.get(header)}`)
  if (one.expected !== undefined) assert.equal(subset(one.expected, answer.body), '', shown)
  for (const pattern of one.matches) assert.match(answer.text, new RegExp(pattern), one.where)
  for (const pattern of one.absent) assert.doesNotMatch(answer.text, new RegExp(pattern), one.where)
  for (const [variable, path] of one.sets) {
    const value = path.split('.').reduce((node, step) => node?.[step], answer.body)
    assert.notEqual(value, undefined, `${one.where}: the answer has no ${path}: ${shown}`)
    known.set(variable, String(value))
  }
}

test('text cases', async (t) => {
  let n_cases = 0
  for (const file of files) {
    const name = relative(root, file)
    const known = new Map([['work', join(work, `case-${n_cases}`)], ['city', city]])
    mkdirSync(known.get('work'))
    for (const raw of parse(readFileSync(file, 'utf8'), name)) {
      ++n_cases
      await t.test(`${name}: ${raw.title}`, () => check(raw, known))
    }
  }
  await server.stop()
  console.log(`text cases: ${n_cases} in ${files.length} files`)
  assert.ok(n_cases >= 60, `${n_cases} cases`)
})
