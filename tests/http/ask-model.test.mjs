// SPDX-License-Identifier: Apache-2.0
// A language model behind questions that the rules cannot read: off unless configured, told names and never rows, its query checked like anybody's, and
// whatever else it does an honest refusal. The model of these tests is hostile.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { records } from './client.mjs'
import { Server, banmo, eventually, ownCity } from './own-server.mjs'

// Says what the test wants it to say, and keeps what it was told.
let behave = (_request, answer) => answer.end('{}')
const told = []
const model = createServer((request, answer) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    told.push({ headers: request.headers, text })
    behave(request, answer)
  })
})
await new Promise((ready) => model.listen(0, '127.0.0.1', ready))
const env = { BANMO_ASK_MODEL_URL: `http://127.0.0.1:${model.address().port}/v1/chat/completions`, BANMO_ASK_MODEL_KEY: 'secret-of-the-model', BANMO_ASK_MODEL: 'test', BANMO_ASK_MODEL_TIMEOUT_MS: '600' }
const folder = ownCity('ask-model')
let server = await Server.start(folder, { env })
after(async () => {
  await server.stop()
  model.closeAllConnections()
  model.close()
})
let [city, district, auditor] = await Promise.all(['city', 'district', 'auditor'].map((account) => server.signIn(account)))

const unread = '孩子们身体好不好呀'
const says = (body, status = 200) => (behave = (_request, answer) => answer.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body)))
const calls = (query, name = 'query_figures') => says({ choices: [{ message: { tool_calls: [{ type: 'function', function: { name, arguments: typeof query === 'string' ? query : JSON.stringify(query) } }] } }] })
async function ask(caller, question, previous) {
  const answer = await caller.post('/ask', previous ? { question, previous } : { question })
  assert.equal(answer.status, 200, answer.text.slice(0, 300))
  return answer.body
}
// The pause after three failures in a row is for the machine, not for the test: a good call ends the row.
async function forget() {
  calls({ metrics: ['fit_good_rate'] })
  assert.equal((await ask(city, unread)).code, undefined)
}

test('its query is checked, computed under the asker\'s rights and shown as the model\'s', async () => {
  calls({ metrics: ['fit_good_rate'], by: ['district'] })
  const answer = await ask(city, `${unread}13800138000`)
  assert.equal(answer.code, undefined, answer.sentence)
  assert.equal(answer.by_model, true)
  assert.deepEqual(answer.query.by, ['district'])
  assert.equal(answer.rows.length, 10)
  assert.ok(answer.caveats.some((one) => one.zh.includes('由模型读成查询')))
  const sent = told.at(-1)
  assert.equal(sent.headers.authorization, 'Bearer secret-of-the-model')
  const body = JSON.parse(sent.text)
  assert.equal(body.model, 'test')
  assert.equal(body.tools[0].function.name, 'query_figures')
  assert.ok(sent.text.includes('fit_good_rate') && sent.text.includes(unread))
  assert.ok(!sent.text.includes('13800138000'), 'numbers of persons stay here')
  const orgs = (await city.ok('/orgs?kind=district')).items.concat((await city.ok('/orgs?kind=school')).items)
  assert.ok(orgs.length > 20)
  for (const org of orgs) assert.ok(!sent.text.includes(org.title) && !sent.text.includes(org.id), `${org.title} stays here`)
  const [mine] = records(await ask(district, unread))
  assert.equal(records(await ask(district, '各区市优良率')).length, 1)
  assert.ok(mine, 'a district is told its own')
})

test('a place that the question names is kept, whatever the model says', async () => {
  calls({ metrics: ['fit_good_rate'] })
  const answer = await ask(city, `市南区${unread}`)
  assert.equal(answer.by_model, true, answer.sentence)
  assert.equal(answer.query.where.district.length, 1)
  assert.match(answer.sentence, /市南区/)
  const before = told.length
  const [, foreign] = (await city.ok('/orgs?kind=district')).items
  const own = (await district.ok('/me')).org
  assert.notEqual(foreign.id, own.id)
  assert.ok((await ask(district, `${foreign.title}${unread}`)).code)
  assert.equal(told.length, before, 'a place outside of the asker\'s is not even asked about')
})

test('a model adds no places of its own, and is not asked where one may be lost', async () => {
  const me = await district.ok('/me')
  const [school] = (await city.ok('/orgs?kind=school')).items
  calls({ metrics: ['fit_good_rate'], where: { school: [school.id], sex: ['2'] }, member: school.id })
  const answer = await ask(city, `市南区${unread}`)
  assert.deepEqual(Object.keys(answer.query.where).sort(), ['district', 'sex'], 'the place is the question\'s')
  const foreign = (await city.ok('/orgs?kind=district')).items.find((org) => org.id !== me.org.id)
  calls({ metrics: ['fit_good_rate'], where: { district: [foreign.id] } })
  const own = await ask(district, unread)
  assert.deepEqual(own.query.where, {}, 'nobody is led to other people\'s organisations')
  assert.equal(records(own)[0].fit_good_rate, records(await ask(district, '优良率'))[0].fit_good_rate)
  const before = told.length
  for (const question of [`市男区${unread}`, `某某小学${unread}`, `除市南区以外${unread}`, `全市${unread}`, unread + '呀'.repeat(250)]) {
    const refused = await ask(question.startsWith('全市') ? district : city, question)
    assert.ok(refused.code && !refused.by_model, question)
  }
  assert.equal(told.length, before, 'a question is sent whole and with its places, or not at all')
})

test('what may name a person never goes to the model, and stands starred in the log and among failed questions', async () => {
  calls({ metrics: ['fit_good_rate'] })
  const before = told.length
  const questions = ['张伟今天迟到了吗', '李明明住院了', '王小红家里情况怎么样', '李四是不是贫困生', '海淀优良率中位数', '张伟优良率中位数', '诸葛亮优良率', '高圆圆同学身体好不好', '初三二班张伟体测成绩', '请问曾丽的分数怎么样']
  for (const question of questions) {
    const answer = await ask(city, question)
    assert.ok(answer.code && !answer.by_model, question)
  }
  assert.equal(told.length, before, 'not one of them left')
  const log = JSON.stringify((await auditor.ok('/audit?action=ask.question&limit=20')).items)
  const failed = JSON.stringify(await city.all('/ask/failed')), history = JSON.stringify((await city.ok('/ask/history?limit=20')).items)
  for (const [place, text] of [['log', log], ['failed', failed], ['history', history]])
    for (const name of ['张伟', '明明', '小红', '李四', '诸葛', '圆圆', '曾丽']) assert.ok(!text.includes(name), `${name} in ${place}`)
  assert.match(log, /\*\*\*/)
  const answered = await ask(city, '优良率是多少')
  assert.equal((await city.post('/ask/ratings', { id: answered.id, rating: 'down', word: '张伟说不对' })).status, 204)
  assert.ok(!JSON.stringify(await city.all('/ask/failed')).includes('张伟'), 'nor in the word to a mark')
})

test('the log has the question before it leaves, and that a model read it', async () => {
  calls({ metrics: ['fit_good_rate'] })
  await ask(city, unread)
  const [call] = (await auditor.ok('/audit?action=ask.model_call&limit=1')).items
  const [question] = (await auditor.ok('/audit?action=ask.question&limit=1')).items
  assert.match(JSON.stringify(call.detail), new RegExp(unread))
  assert.match(JSON.stringify(question.detail), /"read_by":"model"/)
  assert.ok(call.seq < question.seq)
  assert.ok((await city.all('/ask/failed')).some((one) => one.question.startsWith(unread) && one.n_refused > 0), 'the rules did not read it all the same')
})

test('what the rules read never goes to the model', async () => {
  const before = told.length
  calls({ metrics: ['enr_students'] })
  for (const question of ['优良率是多少', '海淀区优良率', '1999年优良率', '学生家长的手机号']) await ask(city, question)
  assert.equal((await ask(city, '优良率是多少')).by_model, false)
  assert.equal(told.length, before)
})

test('a hostile model gets an honest refusal', async () => {
  const others = (await city.ok('/orgs?kind=district')).items.filter((org) => org.id)
  const own = (await district.ok('/me')).org
  const foreign = others.find((org) => org.id !== own.id)
  const evil = [
    ['beside the whole city', () => calls({ metrics: ['fit_good_rate'], against_whole: true })],
    ['an unknown metric', () => calls({ metrics: ['password_hash'] })],
    ['an unknown dimension', () => calls({ metrics: ['fit_good_rate'], by: ['name; DROP TABLE ds_fitness_year'] })],
    ['an unknown member', () => calls({ metrics: ['fit_good_rate'], sql: 'SELECT * FROM account' })],
    ['a value that is none', () => calls({ metrics: ['fit_good_rate'], where: { sex: ["1' OR '1'='1"] } })],
    ['a thousand metrics', () => calls({ metrics: Array.from({ length: 1000 }, () => 'fit_good_rate') })],
    ['a number that is none', () => calls({ metrics: ['fit_good_rate'], limit: 1e308 })],
    ['another tool', () => calls({ metrics: ['fit_good_rate'] }, 'run_sql')],
    ['arguments that are no JSON', () => calls('{"metrics":["fit_good_rate"]')],
    ['arguments that are deep', () => calls('['.repeat(100_000))],
    ['a figure of its own', () => says({ choices: [{ message: { content: '优良率是 99.9%' } }] })],
    ['two calls', () => says({ choices: [{ message: { tool_calls: [{}, {}] } }] })],
    ['nothing', () => says('')],
    ['no JSON', () => says('<html>')],
    ['another type', () => says('[[[]]]')],
  ]
  for (const [name, misbehave] of evil) {
    misbehave()
    const answer = await ask(district, unread)
    assert.ok(['UNKNOWN_METRIC', 'UNSUPPORTED', 'NOT_A_DATA_QUESTION'].includes(answer.code), `${name}: ${answer.code} ${answer.sentence}`)
    assert.equal(answer.by_model, false, name)
    assert.deepEqual(answer.rows, [], name)
    assert.ok(!answer.sentence.includes(foreign.title) && !answer.sentence.includes('99.9'), name)
    await forget()
  }
})

test('a model that is slow, broken, gone or endless costs its time limit and no more', async () => {
  const slow = [
    ['never answers', () => (behave = () => undefined)],
    ['never ends', () => (behave = (_request, answer) => { answer.writeHead(200); const more = setInterval(() => answer.write(' '), 50); answer.on('close', () => clearInterval(more)) })],
    ['hangs up', () => (behave = (request) => request.socket.destroy())],
    ['is too large', () => says(JSON.stringify({ choices: 'x'.repeat(1_000_000) }))],
    ['fails', () => says('{}', 500)],
    ['leads elsewhere', () => (behave = (_request, answer) => answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())],
  ]
  for (const [name, misbehave] of slow) {
    misbehave()
    const began = Date.now()
    const answer = await ask(city, unread)
    assert.ok(answer.code && !answer.by_model, `${name}: ${answer.sentence}`)
    assert.ok(Date.now() - began < 3000, `${name} took ${Date.now() - began} ms`)
    await forget()
  }
})

test('after three failures in a row it is left alone, and many askers never wait for it together', async () => {
  says('{}', 500)
  for (let i = 0; i < 3; ++i) await ask(city, unread)
  const before = told.length
  assert.ok((await ask(city, unread)).code)
  assert.equal(told.length, before, 'it rests')
  await server.stop()
  server = await Server.start(folder, { env })
  city = await server.signIn('city')
  behave = () => undefined // never answers
  const [sofar, began] = [told.length, Date.now()]
  const crowd = await Promise.all(Array.from({ length: 12 }, () => ask(city, unread)))
  assert.ok(crowd.every((answer) => answer.code))
  assert.ok(told.length - sofar <= 6, `${told.length - sofar} calls of twelve askers`)
  assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`)
})

test('without a configured model nothing leaves, and one that may not be called is told at the start', async () => {
  await server.stop()
  server = await Server.start(folder)
  city = await server.signIn('city')
  const before = told.length
  assert.ok((await ask(city, unread)).code)
  assert.equal(told.length, before)
  const refused = banmo(['serve', '--data', ownCity('ask-model-off'), '--listen', '127.0.0.1:0'], { env: { BANMO_ASK_MODEL_URL: 'http://10.0.0.1/v1' } })
  assert.notEqual(refused.code, 0)
  assert.match(refused.out, /http\.outbound_address/)
  await eventually(async () => (await city.get('/me')).status === 200, { what: 'the server that runs' })
})
