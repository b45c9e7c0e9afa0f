// SPDX-License-Identifier: Apache-2.0
// Figures against a count of our own over the exported rows; withheld cells against an attacker who may ask again.
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
  for (let i = 1; i < years.length; ++i) near(compared[i].fit_good_rate__prior, years[i - 1].fit_good_rate, 'prior')
  const yoy = records(await city.query({ metrics: ['fit_good_yoy'], by: ['school_year'] }))
  near(yoy[1].fit_good_yoy, years[1].fit_good_rate - years[0].fit_good_rate, 'year on year')
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

// --- withheld cells

const kMin = 10

test('a leader sees no small cell, and none can be solved from totals or two questions', async () => {
  const leader = await signIn('leader')
  const officer = await signIn('city')
  const dims = [['school', 'sex'], ['school', 'grade'], ['district', 'grade', 'sex'], ['school', 'school_year']]
  let withheld = 0
  for (const by of dims) {
    const truth = new Map(records(await officer.query({ metrics: ['fit_n'], by, limit: 10000 })).map((row) => [by.map((d) => row[d]).join('|'), row.fit_n]))
    const seen = records(await leader.query({ metrics: ['fit_n', 'fit_good', 'fit_good_rate'], by, limit: 10000 }))
    const cells = seen.map((row) => ({ key: by.map((d) => row[d]), n: truth.get(by.map((d) => row[d]).join('|')), hidden: row.fit_n === null, row }))
    for (const cell of cells) {
      if (cell.n > 0 && cell.n < kMin) assert.ok(cell.hidden, `${cell.key} has ${cell.n} and is shown`)
      if (cell.hidden) {
        ++withheld
        assert.equal(cell.row.fit_good_rate, null)
        assert.equal(cell.row.fit_good, null)
      } else assert.equal(cell.row.fit_n, cell.n)
    }
    // Totals: in no line is one cell alone withheld whose total may be asked.
    for (let d = 0; d < by.length; ++d) {
      const lines = new Map()
      for (const cell of cells) {
        const key = cell.key.map((value, i) => (i === d ? '*' : value)).join('|')
        lines.set(key, [...(lines.get(key) ?? []), cell])
      }
      for (const line of lines.values()) {
        const hidden = line.filter((cell) => cell.hidden)
        const people = hidden.reduce((sum, cell) => sum + cell.n, 0)
        if (hidden.length > 0 && by[d] !== 'school' && line.some((cell) => !cell.hidden && cell.n > 0)) assert.ok(hidden.length >= 2 && people >= kMin, `line of ${hidden[0].key} along ${by[d]} gives it away`)
      }
    }
  }
  console.log(`${withheld} cells withheld from the leader, none solvable along a line`)
})

test('two questions whose difference is a small cell: one of them is not answered', async () => {
  const leader = await signIn('leader')
  const officer = await signIn('city')
  const small = records(await officer.query({ metrics: ['fit_n'], by: ['school', 'grade', 'school_year'], limit: 10000 })).filter((row) => row.fit_n > 0 && row.fit_n < kMin)
  const grades = [...new Set(records(await officer.query({ metrics: ['fit_n'], by: ['grade'] })).map((row) => row.grade))]
  for (const cell of small.slice(0, 12)) {
    const where = { school: cell.school, school_year: cell.school_year }
    const ask = async (extra) => records(await leader.query({ metrics: ['fit_n'], where: { ...where, ...extra } }))[0]?.fit_n ?? null
    assert.equal(await ask({ grade: cell.grade }), null, 'the cell itself')
    const all = await ask({})
    const without = await ask({ grade: grades.filter((grade) => grade !== cell.grade) })
    assert.ok(all === null || without === null || all - without === 0 || all - without >= kMin, `${all} - ${without} tells ${cell.fit_n}`)
  }
  console.log(`${small.length} small cells, ${Math.min(12, small.length)} attacked by difference`)
})
