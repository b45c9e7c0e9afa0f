// SPDX-License-Identifier: Apache-2.0
// A full disk, for real: the city stands on a small file system of its own that the test fills. Writes answer 507, reads go on, an import waits, and
// everything goes on by itself when there is space again.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Server, eventually, ownCity, work } from './own-server.mjs'

const kSpare_mib = 48
const seed = ownCity('seed-of-disk')
// A small file for the notes of reads, so that its end comes soon.
writeFileSync(join(seed, 'audit-reads-0.spool'), Buffer.alloc(4096 + 65_536))
const mount = join(work, 'disk')
mkdirSync(mount)

// The server runs in a mount namespace of its own, where `mount` is a tmpfs: it is gone with the process. Needs root, or user namespaces.
function namespace() {
  for (const flags of [['--mount'], ['--user', '--map-root-user', '--mount']]) {
    const tried = spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', mount], { encoding: 'utf8' })
    if (tried.status === 0) return { flags }
    namespace.why = tried.error?.message ?? tried.stderr.trim()
  }
  return null
}
const found = namespace()
if (!found) console.log(`disk: SKIPPED, this machine lets a test mount no file system of its own: ${namespace.why}`)
const skip = found ? false : `no file system of its own: ${namespace.why}`

const size_mib = Math.ceil(Number(spawnSync('du', ['-sm', seed], { encoding: 'utf8' }).stdout.split('\t')[0])) + kSpare_mib
const script = `mount -t tmpfs -o size=${size_mib}m none "${mount}" && cp -r "${seed}/." "${mount}" && exec "$@"`
const server = found && (await Server.start(mount, { wrap: ['unshare', ...found.flags, 'sh', '-c', script, 'sh'] }))
after(() => server && server.kill())
const inside = server && `/proc/${server.child.pid}/root${mount}`

// Takes all the space there is; gives back a function that frees it.
function fill() {
  const path = join(inside, 'filler')
  const file = openSync(path, 'a')
  try {
    for (let block = Buffer.alloc(1 << 20); block.length > 0; block = block.subarray(0, block.length >> 1)) {
      try {
        for (;;) writeSync(file, block)
      } catch (error) {
        assert.equal(error.code, 'ENOSPC')
      }
    }
  } finally {
    closeSync(file)
  }
  return () => rmSync(path, { force: true })
}
const ready = async () => (await fetch(`${server.url}/readyz`)).json()
// The warehouse follows the ledger within a second or two.
const becomesNormal = () => eventually(async () => (await ready()).mode === 'normal', { what: '/readyz: normal' })

const city = server && (await server.signIn('city'))
const school = server && (await city.ok('/orgs?kind=school&limit=1')).items[0]
const student = server && (await city.ok(`/people?org=${school.id}&role=student&limit=20`)).items.find((person) => person.code)
const values = (year) => ({ school_year: year, student_id: student.code, school_id: school.code, grade: 3, sex: student.sex ?? '1', item: 'vc', raw: 1800, exempt: false, tested_on: `${year}-10-10` })
const rows = '/datasets/fitness_raw/rows'

test('on a full disk a write is refused with 507 and a sentence, reads go on, and it recovers by itself', { skip }, async () => {
  const made = await city.post(rows, values(2001))
  assert.equal(made.status, 201, made.text)
  const at = `${rows}/${encodeURIComponent(made.body._key)}`
  const free = fill()
  const acknowledged = []
  let refused
  // The write-ahead log has some blocks of its own, which a full disk does not take away.
  for (let raw = 1; !refused; ++raw) {
    const answer = await city.call('PATCH', `/api/v1${at}`, { body: { raw: 1800 + (raw % 500) } })
    if (answer.status === 200) acknowledged.push(1800 + (raw % 500))
    else refused = answer
    assert.ok(raw < 100_000, 'the disk is full')
  }
  assert.equal(refused.status, 507, refused.text)
  assert.match(refused.headers.get('content-type'), /^application\/problem\+json/)
  assert.equal(refused.body.code, 'sql.disk_full')
  assert.match(refused.body.detail.zh, /磁盘|空间/)
  assert.match(refused.body.detail.en, /disk|space/)
  assert.equal((await city.ok(at)).raw, acknowledged.at(-1) ?? 1800, 'what was acknowledged stands, what was refused does not')
  assert.ok((await city.ok(`${rows}?limit=20`)).items.length > 0)
  assert.ok((await city.query({ metrics: ['fit_n'] })).rows.length > 0)
  assert.deepEqual(await ready(), { ready: true, writable: false, mode: 'read-only' })
  free()
  await eventually(async () => (await city.call('PATCH', `/api/v1${at}`, { body: { raw: 2000 } })).status === 200, { what: 'a write after space returned' })
  assert.equal((await city.ok(at)).raw, 2000)
  await becomesNormal()
  console.log(`disk: ${acknowledged.length} writes went into the log's own blocks before 507`)
})

test('reads that cannot be written to the audit log are not given, and none that was given is missing afterwards', { skip }, async () => {
  const principal = await server.signIn('principal')
  const auditor = await server.signIn('auditor')
  const page = await principal.ok(`${rows}?limit=200`)
  const free = fill()
  const given = []
  let refused
  while (!refused) {
    const { _key: key } = page.items[given.length % page.items.length]
    const answer = await principal.get(`${rows}/${encodeURIComponent(key)}`)
    if (answer.status === 200) given.push(key)
    else refused = answer
    assert.ok(given.length < 50_000, 'the file of reads has an end')
  }
  assert.equal(refused.status, 503, refused.text)
  assert.equal(refused.body.code, 'audit.reads_not_written')
  assert.match(refused.body.detail.zh, /无法记入审计日志，因此不予提供/)
  assert.equal((await principal.get('/people?limit=1')).status, 503)
  assert.equal((await principal.get('/datasets/fitness_band/rows?limit=1')).status, 200, 'level 1 goes on')
  free()
  await eventually(async () => (await principal.get(`${rows}?limit=1`)).status === 200, { what: 'a read after space returned' })
  const n_noted = async () => {
    const { items } = await auditor.ok('/audit?limit=1000&actor=principal&action=rows.read')
    return items.flatMap((entry) => entry.detail.reads).filter((read) => read.what.startsWith('key=')).reduce((sum, read) => sum + read.n_rows, 0)
  }
  await eventually(async () => (await n_noted()) === given.length, { what: `${given.length} reads in the audit log` })
  console.log(`disk: ${given.length} reads of level 3 were given on a full disk, then refused`)
})

test('an import that meets a full disk waits and goes on when there is space', { skip, timeout: 120_000 }, async () => {
  const n = 60_000
  const lines = []
  const heading = '学年,学生,学校,年级,性别,项目,实测值,免测,测试日期'
  for (let i = 0; i < n; ++i) lines.push(`${1000 + (i % 900)},${student.code},${school.code},3,男,${['肺活量', '50米跑'][i % 2]},${i % 2 ? 9.5 : 1500 + (i % 500)},否,2019-10-10`)
  const answer = await city.call('POST', '/api/v1/datasets/fitness_raw/import?name=big.csv', { raw: `${heading}\n${lines.join('\n')}\n`, headers: { 'content-type': 'text/csv' } })
  assert.equal(answer.status, 202, answer.text)
  const free = fill()
  const job = () => city.ok(`/jobs/${answer.body.id}`)
  const waiting = await eventually(async () => {
    const now = await job()
    return now.error || now.state === 'done' ? now : null
  }, { within_ms: 60_000, what: 'the end of the space' })
  assert.equal(waiting.state, 'failed', 'the disk was full before the import was done')
  assert.match(waiting.error.code, /disk_full|storage_full/)
  assert.match(waiting.error.detail.zh, /磁盘|空间/)
  assert.equal(waiting.finished_at, undefined, 'a job that waits has not ended')
  assert.ok((await city.ok(`${rows}?limit=20`)).items.length > 0, 'reads go on')
  free()
  const done = await eventually(async () => {
    const now = await job()
    return now.state === 'done' ? now : null
  }, { within_ms: 60_000, what: 'the import after space returned' })
  assert.equal(done.n_read, n)
  assert.equal(done.n_good + done.n_bad, n)
  await becomesNormal()
})

test('an upload that does not fit is refused with 507 and leaves nothing behind', { skip }, async () => {
  const free = fill()
  const answer = await city.call('POST', '/api/v1/datasets/fitness_raw/import?name=big.csv', { raw: Buffer.alloc(4 << 20, 0x31), headers: { 'content-type': 'text/csv' } })
  free()
  assert.equal(answer.status, 507, answer.text)
  assert.match(answer.body.detail.zh, /磁盘|空间/)
  assert.equal((await city.get('/me')).status, 200)
  assert.ok(statfsSync(inside).bfree > 1000, 'the space of the upload was given back')
})
