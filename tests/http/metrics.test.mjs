// SPDX-License-Identifier: Apache-2.0
// Figures against a count of our own over the rows.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { signIn, records } from './client.mjs'

const near = (a, b, what) => assert.ok(Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b)), `${what}: ${a} is not ${b}`)

// All rows of a dataset as an officer may see them, by pages.
async function rowsOf(caller, dataset) {
  return caller.all(`/datasets/${dataset}/rows`)
}

test('rate and average by district and grade equal a count over the rows', async () => {
  const city = await signIn('city')
  const rows = await rowsOf(city, 'fitness_year')
  const schools = new Map((await city.all('/orgs?kind=school')).map((school) => [school.id, school]))
  const districts = new Map()
  for (const school of schools.values()) {
    const detail = await city.ok(`/orgs/${school.id}`)
    districts.set(school.id, detail.path.find((step) => step.kind === 'district')?.title)
  }
  const groups = new Map()
  for (const row of rows) {
    const key = `${row.school_year}|${districts.get(row.school_id)}|${row.grade}`
    const group = groups.get(key) ?? { n: 0, good: 0, sum: 0 }
    group.n += 1
    group.good += ['1', '2'].includes(row.lvl) ? 1 : 0
    group.sum += row.total
    groups.set(key, group)
  }
  const result = records(await city.query({ metrics: ['fit_n', 'fit_good_rate', 'fit_avg'], by: ['school_year', 'district', 'grade'], limit: 10000 }))
  assert.equal(result.length, groups.size)
  for (const cell of result) {
    const group = groups.get(`${cell.school_year}|${cell.district}|${cell.grade}`)
    assert.ok(group, JSON.stringify(cell))
    assert.equal(cell.fit_n, group.n)
    near(cell.fit_good_rate, (group.good / group.n) * 100, 'rate')
    near(cell.fit_avg, group.sum / group.n, 'average')
  }
  console.log(`${rows.length} rows in ${groups.size} cells agree`)
})

test('a city rate is sums over sums, not a mean of districts', async () => {
  const city = await signIn('city')
  const [whole] = records(await city.query({ metrics: ['fit_good', 'fit_n', 'fit_good_rate'], time: { last: 1 } }))
  near(whole.fit_good_rate, (whole.fit_good / whole.fit_n) * 100, 'city rate')
  const parts = records(await city.query({ metrics: ['fit_n'], by: ['district'], time: { last: 1 } }))
  assert.equal(parts.reduce((sum, part) => sum + part.fit_n, 0), whole.fit_n)
})

test('last year stands beside this year', async () => {
  const city = await signIn('city')
  const years = records(await city.query({ metrics: ['fit_good_rate', 'fit_n'], by: ['school_year'] }))
  assert.ok(years.length >= 2)
  const compared = records(await city.query({ metrics: ['fit_good_rate'], by: ['school_year'], compare: 'prior' }))
  for (let i = 1; i < years.length; ++i) if (years[i].school_year - years[i - 1].school_year === 1) near(compared[i].fit_good_rate__prior, years[i - 1].fit_good_rate, 'prior')
  const yoy = records(await city.query({ metrics: ['fit_good_yoy'], by: ['school_year'] }))
  const last = years.length - 1
  near(yoy[last].fit_good_yoy, years[last].fit_good_rate - years[last - 1].fit_good_rate, 'year on year')
})

test('top schools come in order, and shares add up', async () => {
  const city = await signIn('city')
  const top = records(await city.query({ metrics: ['fit_good_rate'], by: ['school'], order: '-fit_good_rate', limit: 5, time: { last: 1 } }))
  assert.equal(top.length, 5)
  for (let i = 1; i < 5; ++i) assert.ok(top[i - 1].fit_good_rate >= top[i].fit_good_rate)
  const shares = records(await city.query({ metrics: ['fit_n'], by: ['district'], share: true, time: { last: 1 } }))
  near(shares.reduce((sum, row) => sum + row.fit_n__share, 0), 100, 'shares')
})

test('a principal is answered for the own school only', async () => {
  const principal = await signIn('principal')
  const own = (await principal.ok('/orgs')).items[0]
  const schools = records(await principal.query({ metrics: ['fit_n'], by: ['school'] }))
  assert.deepEqual(schools.map((row) => row.school), [own.title])
})

test('a figure walks back to its files', async () => {
  const city = await signIn('city')
  const explained = await city.post('/metrics/explain', { metrics: ['fit_good_rate'], by: ['district'], time: { last: 1 } })
  assert.equal(explained.status, 200, explained.text)
  assert.ok(explained.body.sources.length > 0 && explained.body.sources.every((source) => source.file && source.n_rows > 0))
  assert.deepEqual(explained.body.metrics.map((metric) => metric.id), ['fit_good_rate', 'fit_good', 'fit_n'])
})
