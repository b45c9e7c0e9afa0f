// SPDX-License-Identifier: Apache-2.0
// People and organisations in rows: code and name beside what is stored, by the reader's rights; written by code or name; taken away and brought back in a file.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { importText, signIn } from './client.mjs'

const city = await signIn('city')
const principal = await signIn('principal')
const dataset = 'fitness_raw'
const kYear = 2013 // a year that the demonstration has no figures of
const own = (await principal.ok('/me')).org
const school = await city.ok(`/orgs/${own.id}`)
const people = (await city.all(`/people?org=${own.id}&role=student`)).filter((person) => person.code)
const once = people.filter((one) => people.filter((other) => other.name === one.name).length === 1)
const values = (student, raw) => ({ school_year: kYear, student_id: student, school_id: school.code, grade: 3, sex: '1', item: '肺活量', raw, exempt: false, tested_on: `${kYear}-10-10` })
const pathOf = (key) => `/datasets/${dataset}/rows/${encodeURIComponent(key)}`
const made = new Set()
after(async () => {
  for (const key of made) await city.call('DELETE', `/api/v1${pathOf(key)}`)
})
async function makeRow(student, raw) {
  const answer = await city.post(`/datasets/${dataset}/rows`, values(student, raw))
  assert.equal(answer.status, 201, answer.text)
  made.add(answer.body._key)
  return answer.body
}

test('a row has code and name beside the person, and code and title beside the organisation', async () => {
  const row = await makeRow(once[0].code, 1800)
  assert.equal(row.student_id_code, once[0].code)
  assert.equal(row.student_id_title, once[0].name)
  assert.equal(row.school_id_title, school.title)
  assert.equal(row.school_id_code, school.code)
  assert.equal(typeof row.student_id, 'number', 'the value stays what it was')
  for (const caller of [city, principal]) {
    const page = await caller.ok(`/datasets/${dataset}/rows?filter=school_year:eq:${kYear}&filter=student_id:eq:${once[0].code}`)
    assert.deepEqual(page.items.map((item) => [item.student_id_code, item.student_id_title]), [[once[0].code, once[0].name]])
  }
  const field = (await city.ok(`/datasets/${dataset}`)).fields.find((one) => one.id === 'student_id')
  assert.equal(field.person, true)
})

test('whoever sees a row about themselves or their child reads the name, others nothing', async () => {
  for (const account of ['student', 'guardian']) {
    const caller = await signIn(account)
    const { items } = await caller.ok(`/datasets/${dataset}/rows?limit=5`)
    const known = (await caller.ok('/people?limit=50')).items.map((person) => person.name)
    assert.ok(items.length > 0 && items.every((item) => known.includes(item.student_id_title)), account)
  }
  const leader = await signIn('leader')
  assert.equal((await leader.get(`/datasets/${dataset}/rows`)).status, 403)
})

test('a person is written by the code that a grid copies, or by a name that one alone has', async () => {
  const copied = (await makeRow(once[1].code, 1700)).student_id_code
  const block = await city.post(`/datasets/${dataset}/rows/bulk`, { rows: [{ values: values(copied, 1701) }] })
  assert.equal(block.body.items[0].state, 'changed', block.text)
  assert.equal(block.body.items[0].row.student_id_title, once[1].name)
  const own_city = await city.get(`/people?q=${encodeURIComponent(once[2].name)}&limit=100`)
  const same = own_city.body.items.filter((person) => person.name === once[2].name)
  const named = await city.post(`/datasets/${dataset}/rows/bulk`, { dry_run: true, rows: [{ values: values(once[2].name, 1600) }] })
  if (same.length === 1) assert.equal(named.body.items[0].row.student_id_code, once[2].code)
  else assert.equal(named.body.items[0].errors[0].code, 'records.ambiguous_person')
  const nobody = await city.post(`/datasets/${dataset}/rows/bulk`, { dry_run: true, rows: [{ values: values('没有这个人', 1600) }] })
  assert.equal(nobody.body.items[0].errors[0].code, 'records.reference')
})

test('the history names people and organisations', async () => {
  const row = await makeRow(once[3].code, 1500)
  const { items } = await city.ok(`${pathOf(row._key)}/history`)
  const change = (field) => items[0].changes.find((one) => one.field === field)
  assert.equal(change('student_id').after_title, `${once[3].name} ${once[3].code}`)
  assert.equal(change('school_id').after_title, school.title)
})

test('an exported file has codes and names, and goes in again without a change', async () => {
  await makeRow(once[4].code, 1400)
  const answer = await fetch(`${city.at}/api/v1/datasets/${dataset}/export?format=csv&filter=school_year:eq:${kYear}`, { headers: { authorization: `Bearer ${city.token}` } })
  const text = await answer.text()
  assert.match(text, /学生,学生姓名,学校/)
  assert.ok(text.includes(`${once[4].code},${once[4].name},${school.code}`), text)
  const job = await importText(city, dataset, 'again.csv', text, { dryRun: true })
  assert.equal(job.state, 'done', JSON.stringify(job.error))
  assert.equal(job.n_bad + job.n_new + job.n_changed, 0, JSON.stringify(job))
  assert.ok(job.n_same > 0)
})
