// SPDX-License-Identifier: Apache-2.0
// Who writes rows: fields above their level, people and rows of other schools, bad rows that are mended as another, imports of others; what of it the
// audit log tells. On a city of its own with one more pack, whose dataset has a field that nobody here may see.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { importText } from './client.mjs'
import { Server, eventually, ownCity, work } from './own-server.mjs'

const scenes = join(work, 'scenes')
cpSync(resolve('scenes'), scenes, { recursive: true })
mkdirSync(join(scenes, 'secret'))
writeFileSync(join(scenes, 'secret/pack.yaml'), `pack: {id: edu.secret, version: 1.0.0, engine: banmo/1, title: 试用}
law: {purpose: 测试, basis: 测试}
datasets:
- id: secret_contact
  title: 联系人
  grain: [school_id, no]
  class: {category: 个人信息, level: L3, spi: true}
  scope: {org: school_id}
  fields:
    school_id: {type: org, kind: school, title: 学校, required: true}
    no: {type: int, title: 序号, required: true}
    name: {type: text, title: 姓名, max: 20}
    secret: {type: text, title: 备注, level: L4}
`)

const server = await Server.start(ownCity('writers'), { args: ['--scenes', scenes] })
after(() => server.stop())
const [city, district, auditor] = await Promise.all(['city', 'district', 'auditor'].map((account) => server.signIn(account)))
const [school, neighbour] = (await district.all('/orgs?kind=school')).filter((one) => one.n_students > 0)
const cio = await server.newAccount('cio.one', [{ role: 'school_cio', org: school.id }])
const other = await server.newAccount('cio.two', [{ role: 'school_cio', org: neighbour.id }])
const studentsOf = async (org) => (await city.all(`/people?org=${org.id}&role=student`)).filter((person) => person.code)
const [own, foreign] = await Promise.all([school, neighbour].map(studentsOf))
const kYear = 2016 // a year that the demonstration has no figures of
const values = (student, org, more = {}) => ({ school_year: kYear, student_id: student.code, school_id: org.code, grade: 3, sex: student.sex, item: 'vc', raw: 1800, exempt: false, tested_on: `${kYear}-10-10`, ...more })
const heading = '学年,学生,学校,年级,性别,项目,实测值,免测,测试日期'
const line = (student, org, raw = 1800) => `${kYear},${student.code},${org.code},3,${student.sex === '2' ? '女' : '男'},肺活量,${raw},否,${kYear}-10-10\n`
const rowsPath = (dataset, key) => `/datasets/${dataset}/rows/${encodeURIComponent(key)}`
const patch = (caller, dataset, key, body) => caller.call('PATCH', `/api/v1${rowsPath(dataset, key)}`, { body })

// What an actor did in the audit log since `seq`, newest first. The notes of reads come within a second: a read behind them shows that they are there.
async function logged(actor, seq, read) {
  await read()
  await eventually(async () => (await auditor.ok(`/audit?limit=50&actor=${actor}&action=rows.read`)).items.some((entry) => entry.seq > seq && JSON.stringify(entry.detail).includes('filter=school_year:eq:2001')))
  return (await auditor.ok(`/audit?limit=200&actor=${actor}`)).items.filter((entry) => entry.seq > seq)
}
const newest = async () => (await auditor.ok('/audit?limit=1')).items[0].seq
const markRead = (caller) => () => caller.ok('/datasets/fitness_raw/rows?limit=1&filter=school_year:eq:2001')

test('a field above one\'s level is written into a new row, and into none that stands: not by change, block, or mended row', async () => {
  const made = await cio.post('/datasets/secret_contact/rows', { school_id: school.code, no: 1, name: '王老师', secret: '甲' })
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.secret, undefined, 'who wrote it does not see it either')
  const key = made.body._key
  const refused = await patch(cio, 'secret_contact', key, { secret: '乙' })
  assert.equal(refused.status, 422, refused.text)
  assert.equal(refused.body.code, 'records.bad_row')
  assert.deepEqual(refused.body.errors, [{ where: '$.secret', code: 'records.hidden_field', detail: { zh: '“备注”超出您可查看的级别，不能修改；请删去该字段', en: 'secret is above the level that you may see and cannot be changed; remove it' } }])
  // The value that stands and another one are refused alike: neither tells which it is.
  for (const secret of ['甲', '乙']) {
    for (const row of [{ key, values: { secret } }, { values: { school_id: school.code, no: 1, name: '王老师', secret } }]) {
      for (const dry_run of [true, false]) {
        const block = await cio.post('/datasets/secret_contact/rows/bulk', { dry_run, rows: [row] })
        assert.deepEqual(block.body.items.map((item) => [item.state, item.errors.map((error) => error.code)]), [['refused', ['records.hidden_field']]], block.text)
      }
    }
  }
  const job = await importText(cio, 'secret_contact', 'c.csv', `学校,序号,姓名\n${school.code},1,${'长'.repeat(30)}\n`)
  assert.equal(job.n_bad, 1)
  const [bad] = (await cio.all('/datasets/secret_contact/quarantine')).filter((one) => one.batch === job.batch)
  const fix = (body) => cio.post(`/datasets/secret_contact/quarantine/${bad.id}/fix`, { school_id: school.code, no: 1, name: '王小二', ...body })
  assert.equal((await fix({ secret: '乙' })).body.errors[0].code, 'records.hidden_field')
  assert.equal((await cio.ok(rowsPath('secret_contact', key))).name, '王老师', 'nothing was written')
  assert.equal((await fix({})).status, 200)
})

test('a row names a person of one\'s own school: somebody else\'s is as good as nobody', async () => {
  const sentence = '“学生”的编号在您负责范围的人员名录中不存在，请核对编号，或先导入人员、办理转入'
  const nobody = { code: '99999999999999999999', sex: '1' }
  for (const student of [foreign[0], nobody]) {
    const made = await cio.post('/datasets/fitness_raw/rows', values(student, school))
    assert.equal(made.status, 422, made.text)
    assert.deepEqual(made.body.errors.map((error) => [error.code, error.where, error.detail.zh]), [['records.reference', '$.student_id', sentence]])
    const block = await cio.post('/datasets/fitness_raw/rows/bulk', { rows: [{ values: values(student, school) }] })
    assert.equal(block.body.items[0].errors[0].code, 'records.reference')
    const job = await importText(cio, 'fitness_raw', 'a.csv', `${heading}\n${line(student, school)}${line(own[0], school)}`, { dryRun: true })
    assert.deepEqual([job.n_good, job.n_bad], [1, 1], JSON.stringify(job))
    const bad = (await cio.ok(`/datasets/fitness_raw/quarantine?batch=${job.batch}`)).items
    assert.deepEqual(bad.map((row) => [row.line, row.rule, row.field, row.detail.zh]), [[2, 'reference', 'student_id', sentence]])
  }
  const elsewhere = await cio.post('/datasets/fitness_raw/rows', values(foreign[0], neighbour))
  assert.deepEqual(elsewhere.body.errors.map((error) => error.code).sort(), ['records.reference', 'records.scope'])
  // Who manages both schools names both.
  assert.equal((await importText(district, 'fitness_raw', 'a.csv', `${heading}\n${line(foreign[0], school)}`, { dryRun: true })).n_good, 1)
})

test('a person of another school is not there, in whatever a path or body names them', async () => {
  const { id } = foreign[0]
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)
  const move = { role: 'student', from: neighbour.id, to: school.id, on: today }
  const asked = [
    await cio.get(`/people/${id}`),
    await cio.get(`/people?after=${id}`),
    await cio.call('PUT', `/api/v1/people/${id}/contact`, { body: { phone: '13812345678', email: '' } }),
    await cio.post(`/people/${id}/move/preview`, move),
    await cio.post(`/people/${id}/move`, move),
  ]
  for (const answer of asked) assert.deepEqual([answer.status, answer.body.code, answer.body.detail?.zh], [404, 'directory.no_such_person', '没有这个人，或不在您的管理范围内'])
  assert.equal((await city.ok(`/people/${id}`)).org.id, neighbour.id)
  assert.equal((await cio.ok(`/people?q=${foreign[0].code}`)).items.length, 0)
})

test('a file changes no row of another school, by whatever key', async () => {
  const written = await importText(district, 'fitness_raw', 'd.csv', `${heading}\n${line(own[1], neighbour)}`)
  assert.equal(written.n_new, 1, JSON.stringify(written))
  const file = `${heading}\n${line(own[1], school, 1999)}${line(own[2], school)}`
  const dry = await importText(cio, 'fitness_raw', 'b.csv', file, { dryRun: true })
  assert.deepEqual([dry.n_good, dry.n_new, dry.n_bad], [2, 2, 0], 'a dry run does not tell that the key is taken there')
  const job = await importText(cio, 'fitness_raw', 'b.csv', file)
  assert.deepEqual([job.n_good, job.n_bad], [1, 1], JSON.stringify(job))
  const [bad] = (await cio.ok(`/datasets/fitness_raw/quarantine?batch=${job.batch}`)).items
  assert.deepEqual([bad.line, bad.rule, bad.detail.zh], [2, 'scope', '您的单位不能写入这个主键的行；请核对主键，确认无误的请报上级主管部门处理'])
  const key = `${kYear}~${own[1].code}~vc`
  const stands = (await city.all(`/datasets/fitness_raw/rows?filter=school_year:eq:${kYear}&filter=school_id:eq:${neighbour.id}`))[0]
  assert.equal(stands.raw, 1800, key)
})

test('a bad row is mended as itself, and the audit log tells who did it', async () => {
  const job = await importText(cio, 'fitness_raw', 'bad.csv', `${heading}\n${line(own[3], school, 999999)}`)
  assert.equal(job.n_bad, 1)
  const [bad] = (await cio.ok(`/datasets/fitness_raw/quarantine?batch=${job.batch}`)).items
  const fix = (caller, body) => caller.post(`/datasets/fitness_raw/quarantine/${bad.id}/fix`, body)
  for (const body of [values(own[4], school), values(own[3], school, { item: 'bmi', raw: 18 }), values(own[3], school, { school_year: kYear + 1, tested_on: `${kYear + 1}-10-10` })]) {
    const refused = await fix(cio, body)
    assert.deepEqual([refused.status, refused.body.code], [409, 'records.not_this_row'], refused.text)
    assert.equal(refused.body.detail.zh, '填写的单位或主键与这一行不符；请改回，或在数据集中另建一行')
  }
  assert.equal((await fix(district, values(own[3], neighbour))).body.code, 'records.not_this_row')
  assert.equal((await fix(other, values(own[3], school))).body.code, 'records.no_such_bad_row')
  assert.ok((await cio.all('/datasets/fitness_raw/quarantine')).some((row) => row.id === bad.id), 'it still waits')
  const fixed = await fix(cio, values(own[3], school))
  assert.equal(fixed.status, 200, fixed.text)
  const [entry] = (await auditor.ok('/audit?limit=5&actor=cio.one&action=quarantine.fix')).items
  assert.deepEqual([entry.object_kind, entry.object, entry.detail.key], ['fitness_raw', bad.id, fixed.body._key])
  assert.equal(entry.org.id, school.id)
})

test('one sees one\'s own imports; only who answers for the city sees all', async () => {
  const mine = await importText(cio, 'fitness_raw', 'mine.csv', `${heading}\n${line(own[5], school)}`)
  const theirs = await importText(other, 'fitness_raw', 'theirs.csv', `${heading}\n${line(foreign[5], neighbour)}`)
  const batches = async (caller) => (await caller.all('/batches?dataset=fitness_raw'))
  assert.ok((await batches(cio)).every((batch) => batch.by === 'cio.one'))
  assert.ok((await batches(cio)).some((batch) => batch.id === mine.batch))
  assert.ok(!(await batches(district)).some((batch) => [mine.batch, theirs.batch].includes(batch.id)))
  const all = (await batches(city)).map((batch) => batch.id)
  assert.ok(all.includes(mine.batch) && all.includes(theirs.batch))
  assert.equal((await cio.get(`/jobs/${theirs.id}`)).body.code, 'records.no_such_job')
  assert.ok(!(await cio.all('/jobs')).some((job) => job.id === theirs.id))
  assert.equal((await district.ok(`/jobs/${mine.id}`)).by, 'cio.one', 'who stands above the school sees how far its import is')
  const { nodes } = await cio.ok('/lineage?dataset=fitness_raw')
  assert.ok(!nodes.some((node) => node.ref === theirs.batch || node.ref === 'theirs.csv'))
  assert.ok(nodes.some((node) => node.ref === mine.batch))
})

test('a row that is shown is noted as read; one that was written has its own entry, and what is not there leaves none', async () => {
  const made = await cio.post('/datasets/fitness_raw/rows', values(own[6], school))
  assert.equal(made.status, 201, made.text)
  const key = made.body._key
  const reads = (entries) => entries.filter((entry) => entry.action === 'rows.read').flatMap((entry) => entry.detail.reads).filter((read) => read.what === `key=${key}`)
  const actions = (entries) => entries.map((entry) => entry.action).filter((action) => action.startsWith('row.'))

  let seq = await newest()
  assert.equal((await patch(cio, 'fitness_raw', key, { raw: 1850 })).status, 200)
  assert.equal((await cio.get(rowsPath('fitness_raw', `${kYear}~${own[7].code}~vc`))).status, 404)
  let entries = await logged('cio.one', seq, markRead(cio))
  assert.deepEqual([reads(entries), actions(entries)], [[], ['row.update']], 'written, or not there')
  assert.ok(!JSON.stringify(entries).includes(own[7].code))

  seq = await newest()
  assert.equal((await patch(cio, 'fitness_raw', key, { raw: 1850 })).status, 200)
  entries = await logged('cio.one', seq, markRead(cio))
  assert.deepEqual([reads(entries).map((read) => read.n_rows), actions(entries)], [[1], []], 'shown as it stands')

  seq = await newest()
  const block = await cio.post('/datasets/fitness_raw/rows/bulk', { dry_run: true, rows: [{ key, values: { raw: 1860 } }] })
  assert.equal(block.body.items[0].state, 'changed', block.text)
  assert.equal((await cio.post('/datasets/fitness_raw/rows/bulk', { rows: [{ key, values: { raw: 1850 } }] })).body.items[0].state, 'same')
  entries = await logged('cio.one', seq, markRead(cio))
  assert.deepEqual([reads(entries).reduce((n, read) => n + read.n_rows, 0), actions(entries)], [2, []], 'checked, and unchanged')

  seq = await newest()
  assert.equal((await cio.post('/datasets/fitness_raw/rows/bulk', { rows: [{ key, values: { raw: 1860 } }] })).body.items[0].state, 'changed')
  entries = await logged('cio.one', seq, markRead(cio))
  assert.deepEqual([reads(entries), actions(entries)], [[], ['row.update']])
})
