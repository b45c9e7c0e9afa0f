// SPDX-License-Identifier: Apache-2.0
// Withheld cells against an attacker who may add up and ask again.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { importText, records, signIn } from './client.mjs'

const kMin = 10
const kSmallYear = 2018 // a year that the demonstration has no figures of

// Three schools of one district, tested in a year of their own: 4 boys and 20 girls in the first, enough of both in the others.
async function smallCells() {
  const city = await signIn('city')
  const [top] = (await city.ok('/orgs')).items
  const plan = [[4, 20], [15, 15], [12, 13]]
  for (const district of await city.all(`/orgs?parent=${top.id}&kind=district`)) {
    const schools = (await city.all(`/orgs?parent=${district.id}&kind=school`)).filter((school) => school.n_students >= 40).slice(0, plan.length)
    if (schools.length < plan.length) continue
    const lines = ['学年,学生,学校,年级,性别,项目,实测值,免测,测试日期']
    for (const [s, school] of schools.entries()) {
      const students = (await city.ok(`/people?org=${school.id}&role=student&limit=60`)).items
      const [boys, girls] = plan[s]
      for (const [i, student] of students.slice(0, boys + girls).entries())
        for (const [item, raw] of [['体重指数', 16.5], ['肺活量', 1900], ['50米跑', 9.9], ['坐位体前屈', 9], ['一分钟跳绳', 110], ['一分钟仰卧起坐', 30]])
          lines.push(`${kSmallYear},${student.code},${school.code},3,${i < boys ? '男' : '女'},${item},${raw},否,2018-10-10`)
    }
    const job = await importText(city, 'fitness_raw', '小单元.csv', `${lines.join('\n')}\n`)
    assert.equal(job.state, 'done', JSON.stringify(job))
    assert.equal(job.n_bad, 0)
    return
  }
  assert.fail('no district with three schools of 40 students')
}
await smallCells()

// The withheld cells of a table that an attacker solves who knows the totals of lines that `totals` has, by dimension: Gaussian elimination over the unknowns.
function solved(cells, totals) {
  const unknown = cells.filter((cell) => cell.hidden)
  const lines = new Map()
  for (const [u, cell] of unknown.entries())
    for (const [d, shown] of totals) {
      const key = cell.key.map((value, i) => (i === d ? '*' : value)).join('|')
      if (!shown.has(key)) continue
      const row = lines.get(key) ?? unknown.map(() => 0)
      row[u] = 1
      lines.set(key, row)
    }
  const rows = [...lines.values()]
  let rank = 0
  for (let c = 0; c < unknown.length && rank < rows.length; ++c) {
    const pivot = rows.findIndex((row, r) => r >= rank && Math.abs(row[c]) > 1e-9)
    if (pivot < 0) continue
    ;[rows[pivot], rows[rank]] = [rows[rank], rows[pivot]]
    const scale = rows[rank][c]
    rows[rank] = rows[rank].map((value) => value / scale)
    for (let r = 0; r < rows.length; ++r) if (r !== rank && Math.abs(rows[r][c]) > 1e-9) rows[r] = rows[r].map((value, i) => value - rows[r][c] * rows[rank][i])
    ++rank
  }
  return rows.slice(0, rank).filter((row) => row.filter((value) => Math.abs(value) > 1e-9).length === 1).length
}

test('a leader sees no small cell, and none can be solved from the totals', async () => {
  const leader = await signIn('leader')
  const officer = await signIn('city')
  let withheld = 0
  for (const by of [['school', 'sex'], ['school', 'sex', 'school_year'], ['district', 'grade', 'sex'], ['school', 'school_year']]) {
    const keyOf = (row) => by.map((d) => row[d]).join('|')
    const truth = new Map(records(await officer.query({ metrics: ['fit_n'], by, limit: 10000 })).map((row) => [keyOf(row), row.fit_n]))
    const seen = records(await leader.query({ metrics: ['fit_n', 'fit_good', 'fit_good_rate'], by, limit: 10000 }))
    assert.equal(seen.length, truth.size)
    const cells = seen.map((row) => ({ key: by.map((d) => row[d]), n: truth.get(keyOf(row)), hidden: row.fit_n === null, row }))
    for (const cell of cells) {
      if (cell.n > 0 && cell.n < kMin) assert.ok(cell.hidden, `${cell.key} has ${cell.n} and is shown`)
      if (cell.hidden) {
        ++withheld
        assert.equal(cell.row.fit_good_rate, null)
        assert.equal(cell.row.fit_good, null)
        assert.ok(cell.row.$withheld.includes('fit_n'))
      } else assert.equal(cell.row.fit_n, cell.n)
    }
    // Along schools a line ends at the district, so that dimension is solved within the year and sex by the lines of the other dimensions.
    const totals = new Map()
    for (const [d, dimension] of by.entries()) {
      if (dimension === 'school') continue
      const others = by.filter((other) => other !== dimension)
      const sums = records(await leader.query({ metrics: ['fit_n'], by: others, limit: 10000 })).filter((row) => row.fit_n !== null)
      totals.set(d, new Set(sums.map((row) => by.map((other) => (other === dimension ? '*' : row[other])).join('|'))))
    }
    assert.equal(solved(cells, totals), 0, by.join(' x '))
  }
  assert.ok(withheld >= 2, `${withheld} withheld`)
  console.log(`${withheld} cells withheld from the leader, none solvable`)
})

test('two questions whose difference is a small cell: one of them is not answered', async () => {
  const leader = await signIn('leader')
  const officer = await signIn('city')
  const small = records(await officer.query({ metrics: ['fit_n'], by: ['school', 'sex', 'school_year'], limit: 10000 })).filter((row) => row.fit_n > 0 && row.fit_n < kMin)
  assert.ok(small.length > 0)
  const nameOf = { 1: '1', 2: '2' }
  let attacks = 0
  for (const cell of small.slice(0, 12)) {
    const ask = async (where) => records(await leader.query({ metrics: ['fit_n'], where }))[0]?.fit_n ?? null
    const other = Object.keys(nameOf).filter((sex) => sex !== String(cell.sex))
    const years = [...new Set(records(await officer.query({ metrics: ['fit_n'], by: ['school_year'] })).map((row) => row.school_year))]
    const box = { school: cell.school, school_year: cell.school_year, sex: String(cell.sex) }
    assert.equal(await ask(box), null, 'the cell itself')
    // Each pair differs in one condition by exactly the small cell.
    for (const [whole, rest] of [
      [{ school: box.school, school_year: box.school_year }, { ...box, sex: other }],
      [{ school: box.school, sex: box.sex }, { ...box, school_year: years.filter((year) => year !== cell.school_year) }],
    ]) {
      const a = await ask(whole)
      const b = await ask(rest)
      ++attacks
      assert.ok(a === null || b === null || a - b === 0 || a - b >= kMin, `${JSON.stringify(whole)} ${a} - ${JSON.stringify(rest)} ${b} tells ${cell.fit_n}`)
    }
  }
  console.log(`${small.length} small cells, ${attacks} pairs of questions tried`)
})

test('how a figure is computed tells a leader files, but no count of rows that a condition could narrow', async () => {
  const question = { metrics: ['fit_n'], where: { school_year: kSmallYear, sex: '1' } }
  const [leader, officer] = [await signIn('leader'), await signIn('city')]
  const told = (await leader.post('/metrics/explain', question)).body
  assert.ok(told.sources.length > 0)
  assert.deepEqual([told.n_rows, ...new Set(told.sources.map((source) => source.n_rows))], [0, 0])
  const counted = (await officer.post('/metrics/explain', question)).body
  assert.ok(counted.n_rows > 0 && counted.sources.every((source) => source.n_rows > 0))
  assert.ok(counted.sources.length < told.sources.length, 'the leader is told the files of the whole dataset')
})
