// SPDX-License-Identifier: Apache-2.0
// Dashboards of every kind of card, portraits, the plan's papers, packs that are checked over HTTP.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { signIn, records } from './client.mjs'

const near = (a, b, what) => assert.ok(Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b)), `${what}: ${a} is not ${b}`)

async function allDashboards(caller) {
  const { items } = await caller.ok('/dashboards')
  return Promise.all(items.map((one) => caller.ok(`/dashboards/${one.id}`)))
}

test('every kind of card is drawn by a scene, answers without an error, and tells its n and its titles in both languages', async () => {
  const city = await signIn('city')
  const cards = (await allDashboards(city)).flatMap((one) => one.cards)
  const kinds = new Set(cards.map((card) => card.kind))
  for (const kind of ['kpi', 'line', 'bar', 'stacked', 'rank', 'heat', 'box', 'scatter', 'radar', 'sankey', 'map', 'table']) assert.ok(kinds.has(kind), `no scene has a ${kind} card`)
  for (const card of cards) {
    assert.equal(card.error, undefined, `${card.id}: ${JSON.stringify(card.error)}`)
    assert.ok(card.result.n > 0 || card.result.rows.length === 0, `${card.id} says how many rows are behind it`) // no admission is published yet
    assert.ok(card.title_en, `${card.id} has an English title`)
    for (const column of card.result.columns) assert.ok(column.title_en, `${card.id} ${column.id} has an English title`)
  }
})

test('a box card holds the quartiles of the members that are shown', async () => {
  const city = await signIn('city')
  const cards = (await allDashboards(city)).flatMap((one) => one.cards.map((card) => ({ ...card, filters: one.filters })))
  const box = cards.find((card) => card.kind === 'box')
  const where = Object.fromEntries(box.filters.filter((filter) => filter.current).map((filter) => [filter.id, filter.current]))
  const [metric] = box.metrics
  const members = records(await city.query({ metrics: [metric], by: box.by, where, limit: 10000 }))
  const [row] = records(box.result)
  const group = row[box.by[0]]
  const values = members.filter((one) => one[box.by[0]] === group && one[metric] !== null).map((one) => one[metric]).sort((a, b) => a - b)
  const quantile = (share) => {
    const at = (values.length - 1) * share
    const low = values[Math.floor(at)]
    return low + ((values[Math.ceil(at)] ?? low) - low) * (at % 1)
  }
  assert.equal(row[`${metric}__n`], values.length)
  near(row[`${metric}__min`], values[0], 'lowest')
  near(row[`${metric}__q1`], quantile(0.25), 'lower quartile')
  near(row[`${metric}__median`], quantile(0.5), 'median')
  near(row[`${metric}__q3`], quantile(0.75), 'upper quartile')
  near(row[`${metric}__max`], values.at(-1), 'highest')
})

test('the parts of a stacked card and of a flow add up to the whole', async () => {
  const city = await signIn('city')
  for (const dashboard of await allDashboards(city)) {
    const where = Object.fromEntries(dashboard.filters.filter((filter) => filter.current).map((filter) => [filter.id, filter.current]))
    for (const card of dashboard.cards.filter((one) => one.kind === 'sankey' || (one.kind === 'stacked' && one.metrics.length === 1))) {
      const [metric] = card.metrics
      const parts = records(card.result).reduce((sum, row) => sum + (row[metric] ?? 0), 0)
      const [whole] = records(await city.query({ metrics: [metric], where }))
      near(parts, whole[metric], card.id)
    }
  }
})

test('a screen has one card in the middle and five to eight around it, and is for the leader', async () => {
  const leader = await signIn('leader')
  const screens = (await leader.ok('/dashboards')).items.filter((one) => one.screen)
  assert.ok(screens.length >= 2)
  for (const { id } of screens) {
    const { cards, screen } = await leader.ok(`/dashboards/${id}`)
    assert.equal(screen, true)
    assert.equal(cards.filter((card) => card.main).length, 1)
    assert.ok(cards.length >= 6 && cards.length <= 9)
  }
  const teacher = await signIn('teacher')
  assert.equal((await teacher.get(`/dashboards/${screens[0].id}`)).status, 404)
})

test('n of an answer leaves out what is withheld', async () => {
  const city = await signIn('city')
  const answer = await city.query({ metrics: ['fit_n'], by: ['district'], time: { last: 1 } })
  assert.equal(answer.n, records(answer).reduce((sum, row) => sum + row.fit_n, 0))
  const leader = await signIn('leader')
  const fine = await leader.query({ metrics: ['fit_good_rate'], by: ['school', 'grade', 'sex'], time: { last: 1 }, limit: 10000 })
  const shown = records(await leader.query({ metrics: ['fit_n'], by: ['school', 'grade', 'sex'], time: { last: 1 }, limit: 10000 })).reduce((sum, row) => sum + (row.$withheld.length ? 0 : row.fit_n), 0)
  assert.equal(fine.n, shown)
})

async function portraitOf(caller) {
  const { items, persons } = await caller.ok('/portraits')
  return { items, persons, portrait: await caller.ok(`/portraits/${items[0].id}?person=${persons[0].id}`) }
}

test('a guardian sees the portraits of their own children, scored by the standard', async () => {
  const guardian = await signIn('guardian')
  const { persons, portrait } = await portraitOf(guardian)
  assert.ok(persons.length >= 1)
  assert.ok(portrait.items.length >= 3, 'several items were tested')
  const rows = await guardian.all('/datasets/fitness_raw/rows')
  const bands = await guardian.all('/datasets/fitness_band/rows')
  let checked = 0
  for (const person of persons) {
    const one = await guardian.ok(`/portraits/${portrait.id}?person=${person.id}`)
    for (const item of one.items)
      for (const point of item.points) {
        const row = rows.find((raw) => raw.item === item.code && String(raw.school_year) === point.period && raw.raw === point.value)
        assert.ok(row, `${item.code} ${point.period} is a row of the guardian's own`)
        const band = bands.find((step) => step.grade === row.grade && step.sex === row.sex && step.item === row.item && row.raw >= step.lo && row.raw < step.hi)
        assert.equal(point.score, band?.score)
        checked += 1
      }
    assert.ok(one.practise.length <= 2)
    for (const code of one.practise) assert.ok(one.items.find((item) => item.code === code).band > 0, 'only what is below the best band is advised')
  }
  assert.ok(checked > 5)
  console.log(`${checked} results of ${persons.length} children agree with the standard`)
})

test('nobody sees the portrait of a child that is not theirs', async () => {
  const guardian = await signIn('guardian')
  const student = await signIn('student')
  const own = await portraitOf(guardian)
  const mine = await portraitOf(student)
  assert.deepEqual(mine.persons.map((person) => person.id), [(await student.ok('/me')).person_id])
  const others = mine.persons.filter((person) => !own.persons.some((one) => one.id === person.id))
  for (const { id } of others) {
    const answer = await guardian.get(`/portraits/${own.items[0].id}?person=${id}`)
    assert.equal(answer.status, 404)
    assert.equal(answer.body.code, 'directory.no_such_person')
  }
  for (const account of ['city', 'district', 'principal', 'teacher']) {
    const caller = await signIn(account)
    assert.deepEqual((await caller.ok('/portraits')).persons, [], account)
    assert.equal((await caller.get(`/portraits/${own.items[0].id}?person=${own.persons[0].id}`)).status, 404, account)
  }
  for (const account of ['leader', 'sysadmin', 'secadmin', 'auditor']) assert.equal((await (await signIn(account)).get('/portraits')).status, 403, account)
})

test('a portrait that was read stands in the audit log', async () => {
  const guardian = await signIn('guardian')
  const { portrait } = await portraitOf(guardian)
  const auditor = await signIn('auditor')
  const [entry] = (await auditor.ok('/audit?action=portrait.read&limit=1')).items
  assert.equal(entry.actor, 'guardian')
  assert.equal(entry.object, portrait.person.id)
})

const pdf = `%PDF-1.4\n% evidence of ${process.pid}\n`
const attach = (caller, target, name, bytes) => caller.call('POST', `/api/v1/plan/targets/${target}/files?year=2025&name=${encodeURIComponent(name)}`, { raw: bytes, headers: { 'content-type': 'application/octet-stream' } })

test('an evidence file comes back as it was handed in, for those who may read the plan', async () => {
  const city = await signIn('city')
  const target = (await city.ok('/plan')).items.find((one) => one.years.some((year) => year.year === 2025)).id
  const made = await attach(city, target, '验收报告.pdf', pdf)
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.sha256, createHash('sha256').update(pdf).digest('hex'))
  const leader = await signIn('leader')
  const file = await leader.get(`/plan/files/${made.body.id}`)
  assert.equal(file.text, pdf)
  assert.equal(file.headers.get('content-type'), 'application/pdf')
  assert.match(file.headers.get('content-disposition'), /^attachment/)
  assert.ok((await leader.ok(`/plan/targets/${target}/papers`)).files.some((one) => one.id === made.body.id))
  assert.ok((await leader.ok('/plan')).items.find((one) => one.id === target).n_files >= 1)
  assert.equal((await (await signIn('student')).get(`/plan/files/${made.body.id}`)).status, 403)
  assert.equal((await attach(leader, target, '验收报告.pdf', pdf)).status, 403)
})

test('evidence of another kind, too large or for no year of the target is refused with a sentence', async () => {
  const city = await signIn('city')
  const target = (await city.ok('/plan')).items.find((one) => one.years.some((year) => year.year === 2025)).id
  const page = await attach(city, target, '页面.html', '<html>')
  assert.deepEqual([page.status, page.body.code], [422, 'metrics.file_type'])
  assert.match(page.body.detail.zh, /PDF、PNG、JPG/)
  const lie = await attach(city, target, '页面.pdf', '<html>')
  assert.equal(lie.body.code, 'metrics.file_type')
  const large = await attach(city, target, '大.txt', 'a'.repeat(5 * 1024 * 1024 + 1))
  assert.deepEqual([large.status, large.body.code], [413, 'metrics.file_too_large'])
  const year = await city.call('POST', `/api/v1/plan/targets/${target}/files?year=2099&name=a.txt`, { raw: 'a', headers: { 'content-type': 'application/octet-stream' } })
  assert.equal(year.body.code, 'metrics.no_such_year')
})

test('supervision writes a note, the responsible unit replies, and both are in the audit log', async () => {
  const leader = await signIn('leader')
  const city = await signIn('city')
  const target = (await city.ok('/plan')).items.filter((one) => one.years.some((year) => year.year === 2025)).at(-1).id
  const early = await city.post(`/plan/targets/${target}/replies`, { year: 2025, text: '早了' })
  if (early.status !== 201) assert.equal(early.body.code, 'metrics.nothing_to_answer')
  assert.equal((await leader.post(`/plan/targets/${target}/notes`, { year: 2025, text: '请说明进度' })).status, 201)
  assert.equal((await city.ok('/plan')).items.find((one) => one.id === target).awaits_reply, true)
  assert.equal((await leader.post(`/plan/targets/${target}/replies`, { year: 2025, text: '越权' })).status, 403)
  assert.equal((await (await signIn('principal')).post(`/plan/targets/${target}/notes`, { year: 2025, text: '越权' })).status, 403)
  assert.equal((await city.post(`/plan/targets/${target}/replies`, { year: 2025, text: '已完成招标' })).status, 201)
  assert.equal((await city.ok('/plan')).items.find((one) => one.id === target).awaits_reply, false)
  const { notes } = await leader.ok(`/plan/targets/${target}/papers`)
  assert.deepEqual(notes.slice(-2).map((note) => [note.kind, note.by, note.text]), [['note', 'leader', '请说明进度'], ['reply', 'city', '已完成招标']])
  const actions = (await (await signIn('auditor')).ok('/audit?action=plan.&limit=5')).items.map((entry) => entry.action)
  assert.ok(actions.includes('plan.note') && actions.includes('plan.reply'))
})

test('the number of packs is held against the plan\'s own target', async () => {
  const city = await signIn('city')
  const { items, counts } = await city.ok('/packs')
  assert.ok(counts.length >= 1)
  for (const count of counts) {
    assert.equal(count.n, items.filter((pack) => pack.tags.includes(count.tag)).length)
    const target = (await city.ok('/plan')).items.find((one) => one.id === count.target)
    assert.deepEqual(count.goals, target.years.map(({ year, target: wanted }) => ({ year, target: wanted })))
    assert.equal(target.source, 'computed')
  }
  const detail = await city.ok(`/packs/${items[0].id}`)
  assert.equal(detail.tests.length, items[0].n_tests)
  assert.equal((await city.get('/packs/edu.nothing')).status, 404)
})

const head = 'pack: {id: edu.tried, version: 1.0.0, engine: banmo/1, title: 试用}\nlaw: {purpose: 试用, basis: 试用}\n'
const take = (caller, text, install = false) => caller.call('POST', `/api/v1/packs?install=${install}`, { raw: text, headers: { 'content-type': 'application/octet-stream' } })

test('a pack with mistakes is told each of them by file and line, and is not installed', async () => {
  const admin = await signIn('sysadmin')
  const answer = await take(admin, `${head}colours: {}\nmetrics:\n  - {id: tried_n, title: 数, agg: count, of: nothing, definition: 数。}\n`, true)
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.installed, false)
  const places = answer.body.findings.map((finding) => finding.where.replace(/:\d+$/, ''))
  assert.ok(places.includes('pack.yaml:3'), JSON.stringify(answer.body.findings))
  assert.ok(places.includes('pack.yaml:5'), JSON.stringify(answer.body.findings))
  assert.ok(answer.body.findings.some((finding) => /nothing/.test(finding.detail.en)))
  assert.ok(!(await admin.ok('/packs')).waiting.some((one) => one.id === 'edu.tried'))
})

test('a pack whose own test fails is not good, one whose test passes is', async () => {
  const admin = await signIn('sysadmin')
  const pack = (n) => `${head}datasets:
  - id: tried_set
    title: 试用数据
    grain: [k]
    class: {category: 试用, level: L1}
    fields: {k: {type: int, title: 键}}
metrics:
  - {id: tried_n, title: 数, agg: count, of: tried_set, definition: 数。}
tests:
  - name: rows are counted
    given: {tried_set: [[1], [2]]}
    expect: ["metric tried_n => ${n}"]
`
  const bad = await take(admin, pack(3))
  assert.equal(bad.body.findings.length, 1, bad.text)
  assert.equal(bad.body.findings[0].code, 'pack.test_failed')
  assert.match(bad.body.findings[0].where, /^pack\.yaml:\d+/)
  const good = await take(admin, pack(2))
  assert.deepEqual([good.body.findings, good.body.n_passed, good.body.installed], [[], 1, false], good.text)
})

test('an upgrade that would lose data is refused, and so is whoever may not install', async () => {
  const admin = await signIn('sysadmin')
  const running = (await admin.ok('/packs')).items.find((pack) => pack.n_datasets > 0 && pack.n_targets === 0)
  const gone = await take(admin, head.replace('edu.tried', running.id).replace('1.0.0', '9.0.0'), true)
  assert.equal(gone.body.installed, false)
  assert.ok(gone.body.findings.length > 0)
  for (const account of ['city', 'leader', 'principal', 'secadmin']) assert.equal((await take(await signIn(account), head)).status, 403, account)
})

test('an upload that is no pack is refused with a sentence', async () => {
  const admin = await signIn('sysadmin')
  const nothing = await take(admin, 'hello')
  assert.deepEqual([nothing.status, nothing.body.code], [422, 'pack.no_pack_yaml'])
  const broken = await take(admin, 'PK\u0003\u0004broken')
  assert.equal(broken.body.code, 'directory.not_a_zip')
})

test('a district writes nothing to the city\'s plan, and its account does not hold the right to', async () => {
  const district = await signIn('district')
  assert.ok(!(await district.ok('/me')).rights.includes('plan.report'))
  const target = (await district.ok('/plan')).items.find((one) => one.years.some((year) => year.year === 2025)).id
  assert.equal((await attach(district, target, '验收报告.pdf', pdf)).status, 403)
  assert.equal((await district.post(`/plan/targets/${target}/replies`, { year: 2025, text: '越权' })).status, 403)
  const report = await district.post(`/plan/targets/${target}/reports`, { year: 2025, value: 1, evidence: '越权' })
  assert.deepEqual([report.status, report.body.code], [403, 'directory.no_right'])
})
