// SPDX-License-Identifier: Apache-2.0
// Data that a case opens: asked for, granted, read by a program with a key and by people as a file, exactly the part that was granted; refused to all
// others, and to everybody once the case has ended it or its deadline has.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Caller, done, refused } from './client.mjs'
import { Server, eventually, ownCity, work } from './own-server.mjs'

const folder = ownCity('shares')
let server = await Server.start(folder)
after(() => server.stop())
const names = ['city', 'district', 'principal', 'teacher', 'auditor']
const as = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.signIn(name)])))
const school = (await as.principal.ok('/me')).org
const district = (await as.district.ok('/me')).org
const city = (await as.city.ok('/orgs')).items[0]
const other = (await as.city.all('/orgs?kind=school')).find((one) => one.id !== school.id)
const own_schools = new Set((await as.district.all('/orgs?kind=school')).map((one) => one.id))
const other_district = (await as.city.all('/orgs?kind=school')).find((one) => !own_schools.has(one.id))
as.cio = await server.newAccount('shares-cio', [{ role: 'school_cio', org: school.id }])
as.cio_2 = await server.newAccount('shares-cio-2', [{ role: 'school_cio', org: other.id }])

const wish = { wanted: '本区市学校办学条件', sensitivity: 'inner', sharing_way: 'api', purpose: '分析本校与周边学校的差距', safeguards: '专人保管' }
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const terms = { granted_dataset: 'school_condition', granted_fields: 'school_id,school_year,n_students', granted_org: district.id, sharing_way: 'api', granted_until: day(100) }
const fresh = (caller, one) => done(caller.get(`/cases/${one.id}`))
const move = async (caller, one, name, more = {}) => caller.post(`/cases/${one.id}/moves`, { seq: (await fresh(caller, one)).seq, move: name, ...more })
async function asked(values = wish) {
  const one = await done(as.principal.post('/flows/data_sharing/cases', { values }), 201)
  await done(move(as.principal, one, 'send'))
  return done(move(as.district, one, 'city', { values: { district_opinion: '同意' } }))
}
async function granted(more = {}) {
  const one = await done(move(as.city, await asked(), 'granted', { values: { ...terms, ...more } }))
  const shares = await as.principal.ok(`/cases/${one.id}/shares`)
  assert.equal(shares.items.length, 1)
  return { one, share: shares.items[0] }
}
class Program extends Caller {
  query_at(path, question) {
    return done(this.post(path, question))
  }
}
const program = (secret) => new Program('program', secret, server.url)
const withKey = async () => {
  const made = await granted()
  const key = await done(as.cio.post(`/shares/${made.share.id}/keys`, { title: '教务系统' }))
  return { ...made, key, reads: program(key.secret), at: `/shared/${made.share.id}` }
}
const entries = async (action) => (await as.auditor.ok(`/audit?limit=200&action=${action}`)).items

test('what the city fills in wrongly is refused at its field, with what to write, and opens nothing', async () => {
  const one = await asked()
  const grant = (more) => move(as.city, one, 'granted', { values: { ...terms, ...more } })
  const bad = async (more, where, words) => {
    const answer = await grant(more)
    assert.deepEqual([answer.status >= 400 && answer.status < 500, answer.body.where], [true, `$.values.${where}`], answer.text)
    assert.match(answer.body.detail.zh, words)
  }
  await bad({ granted_dataset: 'sharing_request', granted_fields: 'wanted' }, 'granted_dataset', /办件数据，不能共享/)
  await bad({ granted_until: day(-1) }, 'granted_until', /截止日期可填/)
  await bad({ granted_until: day(400) }, 'granted_until', /至多 366 天/)
  await bad({ sharing_way: 'figures', granted_dataset: 'core_street', granted_fields: 'name', granted_org: city.id }, 'granted_dataset', /没有可按范围共享的统计数字/)
  await bad({ granted_dataset: 'core_street', granted_fields: 'name' }, 'granted_org', /范围请选全市/)
  const missing = await move(as.city, one, 'granted', { values: { ...terms, granted_fields: '' } })
  assert.deepEqual([missing.status, missing.body.code], [422, 'flows.input_missing'], missing.text)
  assert.deepEqual(await as.principal.ok(`/cases/${one.id}/shares`), { items: [], n_without: 0 })
  assert.equal((await fresh(as.city, one)).state, 'city')
})

test('a program with the key reads the rows that an officer sees of that part, page by page, and no more', async () => {
  const { one, share, reads, at } = await withKey()
  assert.match((await fresh(as.principal, one)).row.granted_scope, /“.+”中的.*学校.*，范围：.+，截至 \d{4}-\d{2}-\d{2}/)
  const letter = await as.principal.get(`/cases/${one.id}/letters/1`)
  assert.match(letter.text, /范围：.+截至/)
  const about = await reads.ok(at)
  assert.deepEqual(about.fields.map((field) => field.id).sort(), ['n_students', 'school_id', 'school_year'])
  assert.deepEqual([about.org.id, about.purpose, about.number], [district.id, wish.purpose, one.key])
  const given = []
  for (let next = ''; next !== undefined; ) {
    const page = await reads.ok(`${at}/rows?limit=3${next && `&after=${encodeURIComponent(next)}`}`)
    assert.ok(page.items.length <= 3)
    given.push(...page.items)
    next = page.next
  }
  const seen = await as.district.all('/datasets/school_condition/rows')
  const part = ({ school_id, school_year, n_students }) => JSON.stringify([school_id, school_year, n_students])
  assert.ok(given.length > 3)
  assert.deepEqual(given.map(part).sort(), seen.map(part).sort(), 'exactly what the district officer sees of the district')
  for (const row of given) assert.deepEqual(Object.keys(row).filter((name) => !/^(school_id|school_year|n_students)(_title|_code)?$/.test(name)), [])
  await refused(reads.get(`${at}/rows?filter=n_teachers:ge:50`), 403, 'records.portion_field', /“n_teachers”不在共享的字段中/)
  await refused(reads.get(`${at}/rows?order=n_teachers`), 403, 'records.portion_field', /不能按它筛选或排序/)
  const few = await reads.ok(`${at}/rows?filter=school_id:eq:${seen[0].school_id}`)
  assert.ok(few.items.length >= 1 && few.items.every((row) => row.school_id === seen[0].school_id))
  const page = await reads.ok(`${at}/rows?limit=1`)
  await refused(reads.get(`${at}/rows?limit=1&order=-n_students&after=${encodeURIComponent(page.next)}`), 422, 'records.bad_cursor', /从第一页重新开始/)
  // The key opens nothing else, and what it read is on record without a row.
  for (const path of ['/me', '/datasets/school_condition/rows', '/shares?view=held']) assert.equal((await reads.get(path)).status, 401, path)
  const noted = (await entries('share.rows')).filter((entry) => entry.object === share.id)
  assert.ok(noted.length >= 3 && noted.every((entry) => entry.actor.startsWith('bms_') && entry.detail.level >= 1))
  const held = (await as.cio.ok('/shares?view=held')).items.find((item) => item.id === share.id)
  assert.equal(held.n_rows, noted.reduce((sum, entry) => sum + entry.detail.n_rows, 0))
  for (const entry of noted) assert.deepEqual(Object.keys(entry.detail).sort(), ['dataset', 'level', 'n_rows'])
})

test('keys are the administrator\'s of the holder: nobody else sees the share, wrong keys are slowed down', async () => {
  const { share, key, reads, at } = await withKey()
  await refused(as.principal.post(`/shares/${share.id}/keys`, { title: 'x' }), 403, 'directory.no_right', /xapi.keys/)
  await refused(as.cio_2.post(`/shares/${share.id}/keys`, { title: 'x' }), 404, 'shares.no_such_share', /不是共享给您单位的/)
  await refused(as.district.get(`/shares/${share.id}/keys`), 404, 'shares.no_such_share', /不是共享给您单位的/)
  assert.equal((await as.teacher.get('/shares')).status, 403)
  assert.deepEqual((await as.cio_2.ok('/shares?view=held')).items, [])
  const second = await done(as.cio.post(`/shares/${share.id}/keys`, { title: '备用' }))
  await refused(as.cio.post(`/shares/${share.id}/keys`, { title: '第三个' }), 409, 'shares.two_keys', /先撤销不用的一个/)
  assert.equal((await as.cio.call('DELETE', `/api/v1/shares/${share.id}/keys/${key.key}`)).status, 204)
  await refused(reads.get(`${at}/rows`), 401, 'shares.bad_key', /密钥不对或已撤销/)
  await program(second.secret).ok(`${at}/rows`)
  assert.ok(!JSON.stringify(await as.cio.ok(`/shares/${share.id}/keys`)).includes(second.secret), 'a secret is shown once')
  const elsewhere = await granted()
  await refused(program(second.secret).get(`/shared/${elsewhere.share.id}/rows`), 401, 'shares.bad_key', /密钥不对/)
  await refused(new Caller('nobody', undefined, server.url).get(`${at}/rows`), 401, 'shares.no_key', /Authorization: Bearer/)
  let last
  for (let i = 0; i < 8; ++i) last = await program(`wrong-${i}`).get(`/shared/${elsewhere.share.id}/rows`)
  assert.deepEqual([last.status, last.body.code], [429, 'session.too_many'], last.text)
  await program(second.secret).ok(`${at}/rows`)
})

test('the city ends it at once with a reason, through its case; the holder hands another back', async () => {
  const { one, share, reads, at } = await withKey()
  const listed = (await as.city.ok('/shares?view=given')).items.find((item) => item.id === share.id)
  assert.deepEqual([listed.holder.id, listed.state, listed.end.move, listed.end.note_required], [school.id, 'living', 'revoke', true])
  const end = { seq: listed.end.seq, move: listed.end.move }
  await refused(as.city.post(`/cases/${one.id}/moves`, end), 422, 'flows.note_missing', /须写明理由/)
  await done(as.city.post(`/cases/${one.id}/moves`, { ...end, note: '目的已达到' }))
  await refused(reads.get(`${at}/rows`), 403, 'shares.ended', /已于 .* 结束，不能再读取；请删除已取得的数据/)
  await refused(reads.get(at), 403, 'shares.ended', /结束/)
  await refused(as.cio.post(`/shares/${share.id}/keys`, { title: 'x' }), 403, 'shares.ended', /结束/)
  const history = (await as.principal.ok(`/cases/${one.id}/history`)).items.at(-1)
  assert.deepEqual([history.move, history.note], ['revoke', '目的已达到'])
  assert.equal((await as.principal.ok(`/cases/${one.id}/shares`)).items[0].state, 'ended')
  const second = await withKey()
  const own = (await as.principal.ok('/shares?view=held')).items.find((item) => item.id === second.share.id)
  assert.equal(own.end.move, 'hand_back')
  await done(move(as.principal, second.one, 'hand_back'))
  await refused(second.reads.get(`${second.at}/rows`), 403, 'shares.ended', /结束/)
  assert.ok((await entries('case.move')).some((entry) => JSON.stringify(entry.detail).includes(second.share.id)), 'the grant names its share in the audit log')
})

test('a file is for people of the holder: the same part, marked, on record', async () => {
  const { share } = await granted({ sharing_way: 'file' })
  const path = `/shares/${share.id}/file?format=csv`
  const got = await as.principal.get(path)
  assert.equal(got.status, 200, got.text)
  const lines = got.text.replace(/^\uFEFF/, '').trim().split(/\r?\n/)
  assert.match(lines[0], /共享编号：DS\d{4}-\d{6}　导出人：principal　.*级别：L\d/)
  assert.equal(lines[1].split(',').length, 3)
  const n_seen = (await as.district.all('/datasets/school_condition/rows')).length
  assert.equal(lines.length - 2, n_seen)
  const sheet = await fetch(`${server.url}/api/v1/shares/${share.id}/file?format=xlsx`, { headers: { authorization: `Bearer ${as.cio.token}` } })
  assert.deepEqual([sheet.status, Buffer.from(await sheet.arrayBuffer()).subarray(0, 2).toString()], [200, 'PK'])
  await refused(as.cio_2.get(path), 404, 'shares.no_such_share', /没有这项共享/)
  await refused(as.cio.post(`/shares/${share.id}/keys`, { title: 'x' }), 409, 'shares.not_by_key', /请直接下载文件/)
  const noted = (await entries('share.file')).filter((entry) => entry.object === share.id)
  assert.deepEqual(noted.map((entry) => [entry.actor, entry.detail.n_rows]).sort(), [['principal', n_seen], ['shares-cio', n_seen]])
  const api = await granted()
  await refused(as.principal.get(`/shares/${api.share.id}/file`), 409, 'shares.not_as_file', /方式不是文件/)
})

test('figures are those that a leader sees of that part, small cells withheld, and of nothing else', async () => {
  const { share } = await granted({ sharing_way: 'figures', granted_dataset: 'fitness_year', granted_fields: 'sex,grade' })
  const reads = program((await done(as.cio.post(`/shares/${share.id}/keys`, { title: '分析' }))).secret)
  const at = `/shared/${share.id}/figures`
  const leader = await server.signIn('leader')
  const all = { metrics: ['fit_n', 'fit_good_rate'], by: ['school', 'sex'] }
  const [given, seen] = [await reads.query_at(at, all), await leader.query({ ...all, where: { district: district.id } })]
  assert.ok(given.rows.length >= 2)
  assert.deepEqual(given.rows, seen.rows)
  assert.deepEqual(given.suppressed, seen.suppressed)
  const small = { metrics: ['fit_n'], by: ['school', 'grade', 'sex'] }
  const whole = await granted({ sharing_way: 'figures', granted_dataset: 'fitness_year', granted_fields: 'sex,grade', granted_org: city.id })
  const of_all = program((await done(as.cio.post(`/shares/${whole.share.id}/keys`, { title: '分析' }))).secret)
  const [few, few_seen] = [await of_all.query_at(`/shared/${whole.share.id}/figures`, small), await leader.query(small)]
  assert.ok(few.suppressed.length > 0, 'groups this small are withheld')
  assert.deepEqual([few.rows, few.suppressed], [few_seen.rows, few_seen.suppressed])
  assert.notDeepEqual((await as.city.query(small)).suppressed, few.suppressed, 'which the office that sees the rows is shown')
  const elsewhere = await reads.query_at(at, { ...all, where: { school: other_district.id } })
  assert.equal(elsewhere.rows.length, 0, 'a school of another district is not there')
  await refused(reads.post(at, { metrics: ['share_n'] }), 403, 'shares.metric_not_shared', /不只由共享的数据集计算/)
  await refused(reads.post(at, { metrics: ['fit_n'], by: ['stage'] }), 403, 'records.portion_field', /“stage”不在共享的字段中/)
  await refused(reads.post(at, { metrics: ['fit_n'], where: { stage: 'p12' } }), 403, 'records.portion_field', /“stage”不在共享的字段中/)
  await refused(reads.get(`/shared/${share.id}/rows`), 409, 'shares.not_rows', /只给统计数字/)
  await refused(as.cio.get(`/shares/${share.id}/file`), 409, 'shares.not_as_file', /方式不是文件/)
  const noted = (await entries('share.figures')).filter((entry) => entry.object === share.id)
  assert.equal(noted.length, 2)
  assert.deepEqual(noted.at(-1).detail.metrics, ['fit_n', 'fit_good_rate'])
})

test('a deadline that ends the case ends the access, also over a restart', async () => {
  const { one, share, key } = await withKey()
  await server.stop()
  const scenes = join(work, 'later')
  cpSync(resolve('scenes'), scenes, { recursive: true })
  const pack = join(scenes, 'data-sharing', 'pack.yaml')
  const text = readFileSync(pack, 'utf8')
  assert.match(text, /state: granted, within: 365d, late: goto\(expiring\), remind: 30d, lamp: \[yellow 30d\]/)
  writeFileSync(pack, text.replace(/^ {2}version: .*$/m, '  version: 1.9.0').replace('state: granted, within: 365d, late: goto(expiring), remind: 30d, lamp: [yellow 30d]', 'state: granted, within: 0h, late: goto(expiring)'))
  server = await Server.start(folder, { args: ['--scenes', scenes] })
  const city = await server.signIn('city')
  await eventually(async () => (await fresh(city, one)).state === 'ended', { within_ms: 20_000, what: 'the end of the deadline' })
  const reads = new Caller('program', key.secret, server.url)
  await refused(reads.get(`/shared/${share.id}/rows`), 403, 'shares.ended', /结束/)
  const ended = (await city.ok(`/cases/${one.id}/shares`)).items[0]
  assert.equal(ended.state, 'ended')
})
