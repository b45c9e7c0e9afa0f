// SPDX-License-Identifier: Apache-2.0
// Questions in Chinese over HTTP: what was understood, the figure beside that of the metrics route, refusals, follow-ups, and who may ask what.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { signIn, records } from './client.mjs'

async function ask(caller, question, previous) {
  const answer = await caller.post('/ask', previous ? { question, previous } : { question })
  assert.equal(answer.status, 200, `${caller.account} ${question}: ${answer.text.slice(0, 400)}`)
  return answer.body
}
const code = async (caller, question) => (await ask(caller, question)).code

test('a figure equals that of the metrics route and is told with unit, period and date', async () => {
  const city = await signIn('city')
  const answer = await ask(city, '全市在校生有多少人')
  const [whole] = records(await city.query({ metrics: ['enr_students'], time: { last: 1 } }))
  assert.equal(answer.code, undefined)
  assert.equal(records(answer)[0].enr_students, whole.enr_students)
  assert.match(answer.sentence, new RegExp(`全市在校生数${whole.enr_students}人`))
  assert.match(answer.sentence, /学年.*数据截至\d{4}-\d{2}-\d{2}/)
  assert.equal(answer.chart, 'kpi')
  assert.deepEqual(answer.query.metrics, ['enr_students'])
  assert.ok(answer.understood.some((chip) => chip.kind === 'metric' && chip.text === '在校生数'))
  assert.ok(answer.computed.some((note) => note.id === 'enr_students' && note.definition))
  assert.ok(answer.sources.some((source) => source.file.includes('在校生分组统计')))
})

test('groups, ranks, changes and shares come with the columns of the question', async () => {
  const city = await signIn('city')
  const groups = await ask(city, '各区市优良率')
  const direct = records(await city.query({ metrics: ['fit_good_rate'], by: ['district'], time: { last: 1 } }))
  assert.deepEqual(records(groups).map((row) => [row.district, row.fit_good_rate]), direct.map((row) => [row.district, row.fit_good_rate]))
  const best = direct.reduce((a, b) => (b.fit_good_rate > a.fit_good_rate ? b : a))
  const rank = await ask(city, '优良率最高的区市')
  assert.equal(records(rank)[0].district, best.district)
  assert.match(rank.sentence, new RegExp(`最高的是${best.district}`))
  const change = await ask(city, '优良率同比')
  const [row] = records(change)
  assert.ok(Math.abs(row.fit_good_rate__change - (row.fit_good_rate - row.fit_good_rate__yoy)) < 1e-9)
  assert.equal(change.columns.find((column) => column.id === 'fit_good_rate__change').unit, '个百分点')
  const share = await ask(city, '在校生学段构成')
  assert.equal(share.chart, 'pie')
  assert.ok(Math.abs(records(share).reduce((sum, part) => sum + part.enr_students__share, 0) - 100) < 1e-6)
})

test('a follow-up and a changed chip go on from the query of the answer', async () => {
  const city = await signIn('city')
  const first = await ask(city, '各区市优良率')
  const girls = await ask(city, '只看女生', first.query)
  assert.deepEqual(girls.query.where, { sex: ['2'] })
  assert.deepEqual(girls.query.by, ['district'])
  const edited = await ask(city, '', { ...girls.query, by: ['grade'] })
  assert.deepEqual(edited.query.by, ['grade'])
  assert.equal(edited.columns[0].id, 'grade')
  assert.equal((await ask(city, '', { ...girls.query, by: ['bmi_class'] })).code, 'UNSUPPORTED')
  assert.equal((await ask(city, '', { ...girls.query, metrics: ['nothing'] })).code, 'UNKNOWN_METRIC')
})

test('what cannot be answered is refused by its code', async () => {
  const city = await signIn('city')
  assert.equal(await code(city, '近视率是多少'), 'UNKNOWN_METRIC')
  assert.equal(await code(city, '海淀区优良率'), 'UNKNOWN_ENTITY')
  assert.equal(await code(city, '今天天气怎么样'), 'NOT_A_DATA_QUESTION')
  assert.equal(await code(city, '学生家长的手机号'), 'FORBIDDEN_FIELD')
  assert.equal(await code(city, '1999年优良率'), 'NO_DATA')
  assert.equal(await code(city, '历年系统接入率'), 'UNSUPPORTED')
  const none = await ask(city, '2019年优良率')
  assert.match(none.sentence, /现有数据的时间为\d{4}—\d{4}学年/)
  assert.deepEqual(none.rows, [])
})

test('a question about targets of the plans is told as the plan has them', async () => {
  const city = await signIn('city')
  const targets = (await city.ok('/plan')).items
  const ten = targets.find((one) => one.id === 'dig_10g').years.find((one) => one.year === 2027)
  const one = await ask(city, '到2027年万兆接入的目标是多少')
  assert.equal(one.code, undefined)
  assert.deepEqual(one.query.targets, ['dig_10g'])
  assert.equal(records(one)[0].wanted, ten.target)
  assert.match(one.sentence, /^学校万兆接入2027年的目标是100%/)
  const missed = await ask(city, '2026年哪些目标没达标')
  const wanted = targets.filter((target) => target.years.some((year) => year.year === 2026 && ['red', 'yellow'].includes(year.lamp))).map((target) => target.item)
  assert.deepEqual(records(missed).map((row) => row.target).sort(), wanted.sort())
  assert.equal(missed.chart, 'table')
  const next = await ask(city, '那2027年呢', one.query)
  assert.deepEqual(next.query, one.query)
  assert.deepEqual((await ask(city, '', missed.query)).rows, missed.rows)
  assert.equal((await ask(city, '规划目标完成情况', one.query)).query.targets?.length ?? 0, 0)
})

test('a district is told its own figures and no others', async () => {
  const city = await signIn('city'), district = await signIn('district'), principal = await signIn('principal')
  const own = (await ask(district, '本区优良率')).query.where.district[0]
  const [seen] = records(await ask(district, '优良率'))
  const [filtered] = records(await city.query({ metrics: ['fit_good_rate'], where: { district: own }, time: { last: 1 } }))
  assert.equal(seen.fit_good_rate, filtered.fit_good_rate)
  const others = (await city.ok('/orgs?kind=district')).items.filter((org) => org.id !== own)
  assert.equal(others.length, 9)
  for (const other of others) assert.equal(await code(district, `${other.title}优良率`), 'FORBIDDEN_SCOPE')
  assert.equal(await code(district, '全市优良率'), 'FORBIDDEN_SCOPE')
  assert.equal(await code(principal, '本区优良率'), 'FORBIDDEN_SCOPE')
  const parts = records(await ask(district, '各区市在校生数'))
  assert.equal(parts.length, 1)
  const smuggled = await ask(district, '', { intent: 'value', metrics: ['fit_good_rate'], where: { district: [others[0].id] } })
  assert.equal(smuggled.code, 'FORBIDDEN_SCOPE')
})

test('who has no figures has no questions', async () => {
  for (const account of ['student', 'guardian', 'sysadmin', 'secadmin', 'auditor']) {
    const answer = await (await signIn(account)).post('/ask', { question: '优良率' })
    assert.equal(answer.status, 403, account)
  }
})

test('odd questions get an answer or a refusal, never a failure', async () => {
  const city = await signIn('city')
  const odd = ['', ' ', '？？？', "优良率'; DROP TABLE ds_fitness_year; --", '优良率 OR 1=1', '<script>alert(1)</script>', '优'.repeat(2000), '优良率'.repeat(700), '𠮷野家の優良率', 
    '0'.repeat(500), '一'.repeat(300), '优良率超过99999999999999999999', '前0名的学校', '近0年优良率', '2025年13月优良率', '各各各各区市', '👍优良率👍', '\u202e优良率']
  for (const question of odd) {
    const answer = await ask(city, question)
    assert.ok(answer.code || answer.rows.length >= 0, question)
    assert.equal(typeof answer.sentence, 'string')
  }
  assert.equal(await code(city, '优'.repeat(2001)), 'UNSUPPORTED')
  const bad = await city.post('/ask', { query: '优良率' })
  assert.equal(bad.status, 422)
  assert.equal(bad.body.code, 'json.invalid')
})

test('each question and its plan are in the audit log', async () => {
  const city = await signIn('city')
  await ask(city, '市南区优良率')
  await ask(city, '13800138000的优良率')
  const entries = (await (await signIn('auditor')).ok('/audit?action=ask.question&limit=2')).items
  assert.equal(entries.length, 2)
  assert.match(JSON.stringify(entries[1]), /市南区优良率.*value fit_good_rate/)
  assert.doesNotMatch(JSON.stringify(entries[0]), /13800138000/)
})

test('places that have none of a kind are those of the metrics route without a row of it, and a share within places is of each place', async () => {
  const city = await signIn('city')
  const all = records(await city.query({ metrics: ['cond_schools'], by: ['district'], time: { last: 1 } })).filter((row) => row.district)
  const latest = { metrics: ['cond_schools'], by: ['district'], where: { sponsor: ['private'] }, time: { last: 1 } }
  const some = records(await city.query(latest)).filter((row) => row.district && row.cond_schools > 0)
  const none = await ask(city, '没有民办学校的区市有哪些')
  const expected = all.map((row) => row.district).filter((district) => !some.some((row) => row.district === district))
  if (none.code) assert.equal(expected.length, 0)
  assert.deepEqual(records(none).map((row) => row.district).sort(), expected.sort())
  assert.ok(records(none).every((row) => row.cond_schools === 0))
  // 二级及以上 is several levels: what they come to together is told, and the table has each.
  const levels = await ask(city, '二级及以上等保的信息系统占多少')
  assert.equal(levels.query.member, '2|3|4')
  const together = records(levels).filter((row) => ['2', '3', '4'].includes(String(row.protection_level))).reduce((sum, row) => sum + row.sys_n__share, 0)
  assert.match(levels.sentence, new RegExp(`合计\\d+个，占${together.toFixed(1).replace('.', '\\.')}%`))
  const share = await ask(city, '各区市民办学校占比')
  assert.equal(records(share).length, some.length)
  for (const row of records(share)) {
    const whole = all.find((one) => one.district === row.district).cond_schools
    assert.ok(Math.abs(row.cond_schools__share - (row.cond_schools / whole) * 100) < 1e-9, JSON.stringify(row))
    assert.equal(row.cond_schools, some.find((one) => one.district === row.district).cond_schools)
  }
})

test('a clause that says what a figure is for is left out and told, and two questions in one are refused', async () => {
  const city = await signIn('city')
  const framed = await ask(city, '督导组下周来检查，全市平均班额是多少')
  assert.equal(framed.code, undefined)
  assert.ok(JSON.stringify(framed.caveats).includes('督导组下周来检查'), JSON.stringify(framed.caveats))
  assert.equal(records(framed)[0].cond_class_size, records(await ask(city, '全市平均班额是多少'))[0].cond_class_size)
  assert.notEqual(await code(city, '平均班额是多少，只看双一流的'), undefined)
  assert.equal(await code(city, '市南区优良率和市北区合格率'), 'UNSUPPORTED')
  assert.equal(await code(city, '各区市优良率最高的学校'), 'UNSUPPORTED')
})
