// SPDX-License-Identifier: Apache-2.0
// What is kept of questions: one's own history, links that answer under the reader's rights, marks, questions that failed, words that officers teach and
// that are in force at once; the questions that packs offer.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { records, accounts } from './client.mjs'
import { Server, eventually, ownCity, ownPostgresCity } from './own-server.mjs'

const folder = ownCity('ask-notes')
const server = await Server.start(folder)
after(() => server.stop())
const as = Object.fromEntries(await Promise.all(accounts.map(async (account) => [account, await server.signIn(account)])))
const { city, leader, district, principal } = as

async function ask(caller, question, previous) {
  const answer = await caller.post('/ask', previous ? { question, previous } : { question })
  assert.equal(answer.status, 200, `${caller.account} ${question}: ${answer.text.slice(0, 300)}`)
  return answer.body
}
const change = (caller, id, body) => caller.call('PATCH', `/api/v1/ask/history/${id}`, { body })
const remove = (caller, path) => caller.call('DELETE', `/api/v1${path}`)
const teach = (body) => city.post('/ask/synonyms', body)
const failed = async (question) => (await city.all('/ask/failed')).find((one) => one.question === question)

test('the history is one\'s own, without numbers of persons, and can be saved and deleted', async () => {
  const first = await ask(leader, '优良率是多少')
  await ask(leader, '13800138000的优良率')
  const refused = await ask(leader, '近视率是多少')
  const { items } = await leader.ok('/ask/history')
  assert.deepEqual(items.slice(0, 3).map((one) => one.question), ['近视率是多少', '***的优良率', '优良率是多少'])
  assert.deepEqual(items[0].code, 'UNKNOWN_METRIC')
  assert.equal(items[2].id, first.id)
  assert.deepEqual(items[2].query, first.query)
  const edited = await ask(leader, '', { ...first.query, by: ['district'] })
  const [label] = (await leader.ok('/ask/history?limit=1')).items
  assert.equal(label.id, edited.id)
  assert.match(label.question, /优良率 · 按/, 'an edited answer is called by its parts')
  assert.equal((await change(leader, first.id, { saved: true })).status, 204)
  assert.deepEqual((await leader.ok('/ask/history?saved=true')).items.map((one) => one.id), [first.id])
  for (const other of [city, principal]) {
    assert.ok(!(await other.all('/ask/history')).some((one) => one.id === first.id), other.account)
    assert.equal((await change(other, first.id, { saved: true })).status, 404)
    assert.equal((await remove(other, `/ask/history/${first.id}`)).status, 404)
    assert.equal((await other.post('/ask/ratings', { id: first.id, rating: 'up' })).status, 404)
  }
  assert.equal((await remove(leader, `/ask/history/${refused.id}`)).status, 204)
  const pages = await leader.all('/ask/history')
  assert.ok(!pages.some((one) => one.id === refused.id))
  assert.equal((await remove(leader, '/ask/history')).status, 204)
  assert.deepEqual((await leader.ok('/ask/history')).items, [])
})

test('an API token asks, keeps no history and reads none', async () => {
  const made = await leader.post('/me/tokens', { title: '问数', rights: ['metrics.read'], days: 1 })
  assert.equal(made.status, 201, made.text)
  const token = Object.assign(Object.create(Object.getPrototypeOf(leader)), leader, { token: made.body.token })
  const answer = await ask(token, '优良率是多少')
  assert.equal(answer.id, undefined)
  const history = await token.get('/ask/history')
  assert.equal(history.status, 403)
  assert.equal(history.body.code, 'ask.needs_session')
})

test('a link is answered under the rights of whoever opens it', async () => {
  const answer = await ask(city, '市南区优良率')
  const path = `/ask/shared/${answer.id}`
  assert.equal((await leader.get(path)).status, 404, 'not before it is shared')
  assert.equal((await change(city, answer.id, { shared: true })).status, 204)
  const opened = await leader.ok(path)
  assert.equal(opened.question, '市南区优良率')
  assert.equal(opened.by, 'city')
  assert.deepEqual(records(opened.answer), records(answer))
  const others = (await city.ok('/orgs?kind=district')).items
  const own = (await district.ok('/me')).org
  const foreign = others.find((one) => one.id !== own.id)
  const about = await ask(city, `${foreign.title}优良率`)
  assert.equal((await change(city, about.id, { shared: true })).status, 204)
  const hidden = await district.get(`/ask/shared/${about.id}`)
  assert.equal(hidden.status, 200)
  assert.equal(hidden.body.answer.code, 'FORBIDDEN_SCOPE')
  assert.ok(!hidden.text.includes(foreign.title), 'nothing of it is told')
  assert.deepEqual([hidden.body.question, hidden.body.by, hidden.body.answer.rows], ['', '', []])
  const whole = await ask(city, '各区市优良率')
  await change(city, whole.id, { shared: true })
  assert.equal((await district.ok(`/ask/shared/${whole.id}`)).answer.rows.length, 1, 'a district sees its own part')
  assert.ok(!(await district.all('/ask/history')).some((one) => one.id === whole.id), 'opening leaves nothing in the reader\'s history')
  for (const account of ['student', 'guardian', 'sysadmin', 'secadmin', 'auditor']) assert.equal((await as[account].get(path)).status, 403, account)
  assert.equal((await change(city, answer.id, { shared: false })).status, 204)
  assert.equal((await leader.get(path)).status, 404)
  assert.equal((await remove(city, `/ask/history/${whole.id}`)).status, 204)
  assert.equal((await district.get(`/ask/shared/${whole.id}`)).status, 404, 'a deleted question ends its link')
  const refused = await ask(city, '近视率是多少')
  assert.equal((await change(city, refused.id, { shared: true })).body.code, 'ask.not_answered')
})

test('a link to a question about the whole city is no figure of the reader\'s part under its words', async () => {
  const share = async (question) => {
    const answer = await ask(city, question)
    assert.equal(answer.code, undefined, `${question}: ${answer.sentence}`)
    assert.equal((await change(city, answer.id, { shared: true })).status, 204)
    return `/ask/shared/${answer.id}`
  }
  for (const question of ['全市优良率是多少', '优良率是多少', '优良率低于全市平均的学校', '优良率最高的区市', '各区市在校生占比']) {
    const path = await share(question)
    assert.equal((await leader.ok(path)).question, question)
    for (const reader of [district, principal]) {
      const { question: words, answer } = await reader.ok(path)
      assert.deepEqual([words, answer.code, answer.rows], ['', 'FORBIDDEN_SCOPE', []], `${reader.account}: ${question}`)
    }
  }
  const path = await share('各学校优良率')
  const opened = await district.ok(path)
  assert.equal(opened.answer.code, undefined)
  assert.notEqual(opened.question, '各学校优良率', 'the words are the sharer\'s')
  assert.match(opened.question, new RegExp((await district.ok('/me')).org.title))
  assert.ok(opened.answer.caveats.some((one) => one.zh.includes('按您的数据范围')))
  const own = await ask(principal, '优良率是多少')
  assert.equal((await change(principal, own.id, { shared: true })).status, 204)
  const wider = await city.ok(`/ask/shared/${own.id}`)
  assert.match(wider.answer.sentence, /全市/)
  assert.ok(wider.answer.caveats.some((one) => one.zh.includes('与分享人看到的范围不同')))
})

test('a share, a mean and a ranking are refused to who sees only one of those in it', async () => {
  for (const [caller, question] of [[district, '本区在校生占比'], [district, '优良率低于全市平均的学校'], [district, '优良率最高的区市'], [principal, '各区市优良率'], [principal, '本校在校生占比'], [principal, '优良率最高的学校']])
    assert.equal((await ask(caller, question)).code, 'FORBIDDEN_SCOPE', `${caller.account}: ${question}`)
  for (const [caller, question] of [[district, '本区优良率'], [district, '优良率最高的学校'], [district, '各学校在校生占比'], [principal, '各年级优良率']])
    assert.equal((await ask(caller, question)).code, undefined, `${caller.account}: ${question}`)
})

test('beside a series stands the whole city of the same periods', async () => {
  const both = await ask(city, '近三年市南区优良率与全市平均相比')
  const whole = records(await ask(city, '近三年全市优良率'))
  assert.equal(both.rows.length, whole.length)
  assert.ok(!both.sentence.includes('全部') && both.sentence.includes('全市'))
  for (const [i, row] of records(both).entries()) assert.equal(row.fit_good_rate__whole, whole[i].fit_good_rate)
  const three = await ask(city, '市南区和市北区与全市优良率相比')
  assert.equal(three.rows.length, 3, three.sentence)
})

test('questions that fail are counted without persons, and a word that is taught answers them at once', async () => {
  const question = '各区市强健度'
  for (const caller of [leader, leader, district]) assert.equal((await ask(caller, question)).code, 'UNKNOWN_METRIC')
  await ask(leader, '370202199001011234的近视率')
  const one = await failed(question)
  assert.deepEqual([one.code, one.n_refused, one.n_down], ['UNKNOWN_METRIC', 3, 0])
  const { text } = await city.get('/ask/failed')
  assert.ok(!text.includes('leader') && !text.includes('370202199001011234'), 'neither who asked nor whose number')
  const bad = [
    [{ word: '强', kind: 'metric', target: 'fit_good_rate' }, 422, 'ask.bad_word'],
    [{ word: '强健度', kind: 'metric', target: 'nothing' }, 404, 'ask.no_such_target'],
    [{ word: '多少', kind: 'metric', target: 'fit_good_rate', anyway: true }, 409, 'ask.word_reserved'],
    [{ word: '合格率', kind: 'metric', target: 'fit_good_rate' }, 409, 'ask.word_taken'],
    [{ word: '优良率', kind: 'metric', target: 'fit_good_rate' }, 409, 'ask.word_known'],
    [{ word: '强健度', kind: 'sql', target: 'fit_good_rate' }, 422, 'json.invalid'],
  ]
  for (const [body, status, code] of bad) {
    const answer = await teach(body)
    assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(body))
  }
  const taught = await teach({ word: '强健度', kind: 'metric', target: 'fit_good_rate' })
  assert.equal(taught.status, 201, taught.text)
  assert.equal(taught.body.title, '优良率')
  const answer = await ask(leader, question)
  assert.equal(answer.code, undefined, answer.sentence)
  assert.deepEqual(answer.query.metrics, ['fit_good_rate'])
  assert.equal((await remove(city, `/ask/failed/${one.id}`)).status, 204)
  assert.equal(await failed(question), undefined)
  assert.equal((await remove(city, `/ask/synonyms/${taught.body.id}`)).status, 204)
  assert.equal((await ask(leader, question)).code, 'UNKNOWN_METRIC')
  assert.equal((await remove(city, `/ask/synonyms/${taught.body.id}`)).body.code, 'ask.no_such_word')
  const log = (await as.auditor.ok('/audit?action=ask_synonym.&limit=10')).items
  assert.deepEqual(log.map((entry) => entry.action), ['ask_synonym.delete', 'ask_synonym.create'])
  assert.match(JSON.stringify(log[1].detail), /强健度.*fit_good_rate/)
})

test('words and failed questions are for officers of the city alone', async () => {
  for (const account of accounts.filter((one) => one !== 'city')) {
    for (const path of ['/ask/failed', '/ask/synonyms']) assert.equal((await as[account].get(path)).status, 403, `${account} ${path}`)
    assert.equal((await as[account].post('/ask/synonyms', { word: '强健度', kind: 'metric', target: 'fit_good_rate' })).status, 403, account)
  }
})

test('a link ends with the account of its owner', async () => {
  const top = (await city.ok('/me')).org
  const owner = await server.newAccount('ask-leaver', [{ role: 'city_leader', org: top.id }])
  const answer = await ask(owner, '优良率是多少')
  assert.equal((await change(owner, answer.id, { saved: true, shared: true })).status, 204)
  assert.equal((await leader.get(`/ask/shared/${answer.id}`)).status, 200)
  assert.equal((await as.sysadmin.post('/accounts/ask-leaver/disable')).status, 204)
  await eventually(async () => (await leader.get(`/ask/shared/${answer.id}`)).status === 404, { within_ms: 5000, what: 'the end of the link' })
})

test('saving and sharing what was refused changes neither', async () => {
  const refused = await ask(leader, '近视率是多少')
  assert.equal((await change(leader, refused.id, { saved: true, shared: true })).body.code, 'ask.not_answered')
  assert.equal((await leader.ok('/ask/history?limit=1')).items[0].saved, false)
})

test('a bad mark is shown to officers with its word, and taken back with it', async () => {
  const answer = await ask(leader, '合格率是多少')
  const rate = (rating, word = '') => leader.post('/ask/ratings', { id: answer.id, rating, word })
  assert.equal((await rate('down', '应当是 13800138000')).status, 204)
  const one = await failed('合格率是多少')
  assert.deepEqual([one.n_down, one.n_refused, one.word, one.code], [1, 0, '应当是 ***', ''])
  assert.equal((await rate('up')).status, 204)
  assert.equal(await failed('合格率是多少'), undefined)
  const [mine] = (await leader.ok('/ask/history?limit=1')).items
  assert.deepEqual([mine.rating, mine.word], ['up', ''])
  assert.equal((await rate('great')).status, 422)
})

test('a word that one server is taught is in force on another within seconds', { skip: !process.env.BANMO_TEST_PG && 'needs BANMO_TEST_PG' }, async () => {
  const shared = ownPostgresCity('ask')
  const [here, there] = [await Server.start(shared), await Server.start(shared)]
  const [teacher, asker] = [await here.signIn('city'), await there.signIn('leader')]
  assert.equal((await ask(asker, '强健度是多少')).code, 'UNKNOWN_METRIC')
  const taught = await teacher.post('/ask/synonyms', { word: '强健度', kind: 'metric', target: 'fit_good_rate' })
  assert.equal(taught.status, 201, taught.text)
  const began = Date.now()
  await eventually(async () => (await ask(asker, '强健度是多少')).code === undefined, { within_ms: 10_000, what: 'the word on the other server' })
  console.log(`a word on another server after ${Date.now() - began} ms`)
  assert.equal((await remove(teacher, `/ask/synonyms/${taught.body.id}`)).status, 204)
  await eventually(async () => (await ask(asker, '强健度是多少')).code === 'UNKNOWN_METRIC', { within_ms: 10_000, what: 'its end there' })
  const { items } = await teacher.ok('/ask/failed')
  assert.ok(items.some((one) => one.question === '强健度是多少' && one.n_refused >= 2), 'both servers count together')
  await Promise.all([here.stop(), there.stop()])
})

test('every question that packs offer to a role is answered to it', async () => {
  let n = 0
  for (const account of ['city', 'leader', 'district', 'principal', 'teacher']) {
    const { items } = await as[account].ok('/ask/examples')
    assert.ok(items.length >= 2, `${account}: ${items.length}`)
    for (const { question } of items) {
      const answer = await ask(as[account], question)
      assert.equal(answer.code, undefined, `${account}: ${question}: ${answer.sentence}`)
      assert.ok(answer.rows.length > 0, `${account}: ${question}`)
      ++n
    }
  }
  assert.ok(n >= 15, `${n} examples`)
  assert.equal((await as.student.get('/ask/examples')).status, 403)
})

test('the vocabulary names what one may ask about, and no organisation', async () => {
  const { metrics, dimensions } = await principal.ok('/ask/vocabulary')
  const rate = metrics.find((one) => one.id === 'fit_good_rate')
  assert.ok(rate.dimensions.includes('sex') && rate.dimensions.includes('school_year') && rate.dimensions.includes('district'))
  assert.deepEqual(dimensions.find((one) => one.id === 'school').values, [])
  assert.deepEqual(dimensions.find((one) => one.id === 'sex').values.map((one) => one.code).sort(), ['1', '2'])
  assert.equal(dimensions.find((one) => one.id === 'school_year').kind, 'period')
  const visible = new Set((await principal.ok('/metrics')).items.map((one) => one.id))
  assert.ok(metrics.every((one) => visible.has(one.id)))
})

test('what is kept of questions is there after kill -9', async () => {
  const again = ownCity('ask-kill')
  let one = await Server.start(again)
  let caller = await one.signIn('city')
  const answer = await ask(caller, '优良率是多少')
  assert.equal((await caller.post('/ask/synonyms', { word: '强健度', kind: 'metric', target: 'fit_good_rate' })).status, 201)
  await one.kill()
  one = await Server.start(again)
  caller = await one.signIn('city')
  assert.equal((await caller.ok('/ask/history')).items[0].id, answer.id)
  const told = await eventually(async () => ask(caller, '强健度是多少'), { what: 'an answer' })
  assert.equal(told.code, undefined)
  await one.stop()
})
