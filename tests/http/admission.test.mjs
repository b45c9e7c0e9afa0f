// SPDX-License-Identifier: Apache-2.0
// A year of admission through its real roles: batches one after the other, lots drawn in public and recomputed by the program alone, four eyes, what a
// family and a school see, a comparison of mechanisms, and a server that is killed while it runs.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, refused } from './client.mjs'
import { Server, banmo, eventually, ownCity, work } from './own-server.mjs'

const folder = ownCity('admission')
let server = await Server.start(folder)
after(() => server.stop())
let city = await server.signIn('city')
let leader = await server.signIn('leader')
const at = '/admissions/senior_secondary'
const shown = (await city.ok(`${at}/runs`)).items[0].year // the demonstration's published admission
const year = shown + 1

const run = (batch) => done(city.post(`${at}/runs`, { year, batch }), 201)
async function publish(one) {
  await done(leader.post(`/admissions/runs/${one.id}/check`))
  return done(leader.post(`/admissions/runs/${one.id}/publish`))
}
const results = (caller, one) => caller.all(`/admissions/runs/${one.id}/results`)

test('the demonstration shows an admission that is published: families read why, anyone recomputes the lots', async () => {
  const runs = (await leader.ok(`${at}/runs`)).items
  assert.deepEqual(runs.map((one) => [one.year, one.state, one.by, one.checked_by, one.in_dataset]), Array(5).fill([shown, 'published', 'city', 'leader', true]))
  const candidate = await server.signIn('candidate')
  const own = (await candidate.ok('/admissions/mine')).items
  assert.equal(own.filter((one) => one.result.program).length, 1)
  const placed = own.find((one) => one.result.program)
  assert.ok(placed.result.order > 1)
  const choices = placed.choices.filter((one) => one.order <= placed.result.order)
  assert.equal(choices.at(-1).outcome, 'placed')
  assert.match(choices.find((one) => one.outcome === 'full').because.zh, /须在第 \d+ 以内/)
  const parent = await server.signIn('candidate_parent')
  assert.deepEqual((await parent.ok('/admissions/mine')).items.map((one) => one.result), own.map((one) => one.result))
  assert.equal(own[0].run.by, '', 'who did what is not for families')
  assert.deepEqual((await (await server.signIn('student')).ok('/admissions/mine')).items, [])
  const [lots] = (await candidate.ok(`${at}/lotteries`)).items
  assert.deepEqual([lots.year, lots.state, lots.drawn_by, lots.confirmed_by], [shown, 'confirmed', '', ''])
  const path = join(work, 'shown.json')
  writeFileSync(path, await (await fetch(`${server.url}/api/v1/admissions/lotteries/${lots.id}/file`)).text())
  const good = banmo(['verify', path, '--data', join(work, 'nothing')])
  assert.equal(good.code, 0, good.out)
  assert.match(good.out, /重算一致/)
})

test('a cut-off of one or two holders is told to those who run and publish', async () => {
  const { id } = (await city.ok(`${at}/runs`)).items.find((one) => one.batch === 'general')
  const [whole, shownToAll] = await Promise.all([city, await server.signIn('candidate')].map(async (who) => (await who.ok(`/admissions/runs/${id}/cut-offs`)).items))
  assert.ok(whole.every((one) => !one.hidden))
  for (const [i, one] of shownToAll.entries()) {
    const isSmall = whole[i].n_placed === 1 || whole[i].n_placed === 2
    assert.deepEqual([one.hidden, one.n_placed], [isSmall, whole[i].n_placed])
    assert.equal(one.score, isSmall ? undefined : whole[i].score)
  }
})

test('the list of admissions tells batches and mechanisms', async () => {
  const [admission] = (await city.ok('/admissions')).items
  assert.equal(admission.title.zh, '高中阶段学校招生')
  assert.deepEqual(admission.batches.map((one) => [one.id, one.mechanism]), [
    ['three_four', 'parallel_choice'],
    ['special', 'deferred_acceptance'],
    ['general', 'deferred_acceptance'],
    ['five_year', 'parallel_choice'],
    ['vocational', 'lottery'],
  ])
})

test('who may not run or publish is refused, and a batch waits for the one before it', async () => {
  const teacher = await server.signIn('teacher')
  await refused(teacher.post(`${at}/runs`, { year, batch: 'general' }), 403, 'directory.no_right', /admission\.run/)
  await refused(city.post(`${at}/runs`, { year, batch: 'general' }), 409, 'models.earlier_not_published', /三四贯通批/)
  await refused(city.post(`${at}/runs`, { year, batch: 'nothing' }), 404, 'models.no_such_batch', /没有这个批次/)
  await refused(city.post(`${at}/runs`, { year: 1999 }), 422, 'models.no_applicants', /没有考生/)
})

test('a run is stable, gives the same bytes again, and is published by somebody else', async () => {
  const one = await run('three_four')
  const again = await run('three_four')
  assert.equal(one.state, 'computed')
  assert.match(one.output_sha256, /^[0-9a-f]{64}$/)
  assert.deepEqual([again.input_sha256, again.output_sha256], [one.input_sha256, one.output_sha256])
  assert.equal((await city.ok(`/admissions/runs/${one.id}`)).stable, true)
  const principal = await server.signIn('principal')
  assert.equal((await principal.get(`/admissions/runs/${one.id}`)).status, 404, 'not before it is published')
  await refused(city.post(`/admissions/runs/${one.id}/check`), 403, 'models.four_eyes', /另一个人/)
  await refused(leader.post(`/admissions/runs/${one.id}/publish`), 409, 'models.run_state', /请刷新/)
  assert.equal((await publish(one)).state, 'published')
  await done(city.post(`/admissions/runs/${again.id}/drop`))
  assert.equal((await principal.ok(`/admissions/runs/${one.id}`)).run.state, 'published')
})

test('cut-offs agree with the results: nobody placed stands behind them', async () => {
  await publish(await run('special'))
  const one = await run('general')
  assert.equal(one.batches[0].stable, true)
  const cuts = await done(city.get(`/admissions/runs/${one.id}/cut-offs`))
  const placed = (await results(city, one)).filter((row) => row.program)
  assert.equal(placed.length, one.batches[0].n_placed)
  for (const cut of cuts.items) {
    assert.ok(cut.n_placed <= cut.capacity, cut.program)
    assert.equal(placed.filter((row) => row.program === cut.program && row.quota === cut.quota).length, cut.n_placed)
  }
  const full = cuts.items.find((cut) => cut.n_placed === cut.capacity && cut.n_placed > 0)
  const left = (await results(city, one)).filter((row) => !row.program)
  let told = false
  for (const row of left) {
    const { choices } = await city.ok(`/admissions/runs/${one.id}/applicants/${row.number}`)
    const missed = choices.find((choice) => choice.outcome === 'full' && choice.program === full.program)
    if (!missed) continue
    assert.ok(missed.standing > missed.needed)
    assert.match(missed.because.zh, /须在第 \d+ 以内/)
    told = true
    break
  }
  assert.ok(told, 'somebody missed a full program and is told by how much')
  await publish(one)
})

test('a family sees its own child in what is published, a school its pupils, a leader no rows', async () => {
  const [published] = (await leader.ok(`${at}/runs`)).items
  const principal = await server.signIn('principal')
  const everybody = await results(city, published)
  const own = await results(principal, published)
  assert.ok(own.length < everybody.length)
  assert.equal((await leader.get(`/admissions/runs/${published.id}/results`)).status, 403)
  assert.equal((await leader.get(`/admissions/runs/${published.id}/applicants/${everybody[0].number}`)).status, 403)
  const student = await server.signIn('student')
  const mine = (await student.ok('/admissions/mine')).items
  for (const one of mine) assert.equal((await student.ok(`/admissions/runs/${one.run.id}/applicants/${one.result.number}`)).result.number, one.result.number)
  const other = everybody.find((row) => !mine.some((one) => one.result.number === row.number))
  assert.equal((await student.get(`/admissions/runs/${published.id}/applicants/${other.number}`)).status, 404)
})

test('published results are rows of the dataset of results, which nobody else writes', async () => {
  const rows = await city.ok('/datasets/admission_result/rows?limit=1&filter=batch:eq:general')
  assert.ok(rows.items.length === 1)
  const figures = await city.query({ metrics: ['adm_n'], by: ['batch'] })
  assert.match(JSON.stringify(figures.rows), /general|普通高中批/)
  await refused(city.post('/datasets/admission_result/rows', {}), 422, 'records.kept_by_admission', /招生录取公布时写入/)
})

test('what was published is taken back by two people, families are told so, and it is published anew', async () => {
  const early = (await leader.ok(`${at}/runs`)).items.find((one) => one.year === year && one.batch === 'special')
  const general = (await leader.ok(`${at}/runs`)).items.find((one) => one.year === year && one.batch === 'general' && one.state === 'published')
  const [someone] = (await results(city, general)).filter((row) => row.program)
  const reason = '普通批名额录错，须更正后重新投档'
  const teacher = await server.signIn('teacher')
  await refused(teacher.post(`/admissions/runs/${general.id}/recall`, { reason }), 403, 'directory.no_right', /admission\.publish/)
  await refused(leader.post(`/admissions/runs/${general.id}/recall`, { reason: '错' }), 422, 'models.recall_reason', /5 至 500 字/)
  await refused(leader.post(`/admissions/runs/${early.id}/recall`, { reason }), 409, 'models.recall_blocked', /后面的批次“普通高中批”已公布，先撤回它/)
  const follows = (await leader.ok(`/admissions/runs/${early.id}/consequences`)).items
  assert.deepEqual(follows.map((one) => [one.kind, one.of, one.blocks]), [['batch', 'general', true], ['rows', 'admission_result', false]])
  await refused(city.post(`/admissions/runs/${general.id}/recall/confirm`), 409, 'models.recall_state', /刷新/)
  const asked = await done(leader.post(`/admissions/runs/${general.id}/recall`, { reason }))
  assert.deepEqual([asked.state, asked.recall.reason, asked.recall.asked_by], ['published', reason, 'leader'])
  await refused(leader.post(`/admissions/runs/${general.id}/recall/confirm`), 403, 'models.four_eyes', /另一个人/)
  const principal = await server.signIn('principal')
  assert.equal((await principal.ok(`/admissions/runs/${general.id}`)).run.recall, undefined, 'why is for those who run and publish')
  const gone = await done(city.post(`/admissions/runs/${general.id}/recall/confirm`))
  assert.deepEqual([gone.state, gone.recall.decided_by, gone.in_dataset], ['recalled', 'city', false])
  for (const path of ['', '/results', '/cut-offs', `/applicants/${someone.number}`])
    await refused(principal.get(`/admissions/runs/${general.id}${path}`), 409, 'models.recalled', /结果已撤回，等待重新公布/)
  assert.equal((await principal.ok(`${at}/runs`)).items.some((one) => one.id === general.id), false)
  assert.deepEqual((await city.ok(`/datasets/admission_result/rows?filter=batch:eq:general&filter=exam_year:eq:${year}`)).items, [])
  assert.ok((await city.ok(`/datasets/admission_result/rows?filter=batch:eq:special&filter=exam_year:eq:${year}`)).items.length > 0, 'the earlier batch stays')
  const own = (await (await server.signIn('student')).ok('/admissions/mine')).items.filter((one) => one.run.id === general.id)
  for (const one of own) assert.deepEqual([one.run.state, one.result.program, one.choices, one.run.output_sha256], ['recalled', '', [], ''])
  const audited = (await (await server.signIn('auditor')).ok('/audit?action=admission.')).items.map((one) => one.action)
  assert.ok(audited.includes('admission.recall_ask') && audited.includes('admission.recall'))
  assert.equal((await done(city.get(`/admissions/runs/${general.id}/verdict`))).agrees, true)
  await publish(await run('general'))
  assert.equal((await city.all(`/datasets/admission_result/rows?filter=batch:eq:general&filter=exam_year:eq:${year}`)).length, general.batches[0].n_placed)
})

test('mechanisms are compared on the same applicants', async () => {
  const compared = (await done(city.post(`${at}/comparisons`, { year, batch: 'general', mechanisms: ['immediate_acceptance'] }))).items
  assert.deepEqual(compared.map((one) => [one.mechanism, one.is_own]), [['deferred_acceptance', true], ['immediate_acceptance', false]])
  assert.equal(compared[0].n_exceptions, 0)
  assert.ok(compared[1].n_exceptions > 0, 'immediate acceptance wrongs somebody here')
  assert.ok(compared[1].n_better + compared[1].n_worse > 0)
  await refused(city.post(`${at}/comparisons`, { year, batch: 'general', mechanisms: ['top_trading_cycles'] }), 422, 'models.one_group', /名额类别/)
})

test('lots: the hash of the list comes first, two people enter the digits, and the file is recomputed by the program alone', async () => {
  await publish(await run('five_year'))
  await refused(city.post(`${at}/runs`, { year, batch: 'vocational' }), 409, 'models.lottery_missing', /还没有抽签/)
  const fixed = await done(city.post(`${at}/lotteries`, { year, batch: 'vocational' }), 201)
  const file = async () => (await fetch(`${server.url}/api/v1/admissions/lotteries/${fixed.id}/file`)).text() // without a session
  assert.equal(JSON.parse(await file()).list_sha256, fixed.list_sha256)
  assert.deepEqual(JSON.parse(await file()).order, [])
  const { list_sha256 } = fixed
  await refused(city.post(`${at}/lotteries`, { year, batch: 'vocational' }), 409, 'models.lottery_fixed', /不能再改/)
  await refused(city.post(`/admissions/lotteries/${fixed.id}/draw`, { list_sha256: '00', digits: '7305519' }), 409, 'models.list_differs', /抽签前公布的校验值/)
  await done(city.post(`/admissions/lotteries/${fixed.id}/draw`, { list_sha256, digits: '7305591' }))
  assert.equal((await done(leader.post(`/admissions/lotteries/${fixed.id}/reject`))).state, 'listed', 'mistyped')
  await done(city.post(`/admissions/lotteries/${fixed.id}/draw`, { list_sha256, digits: '7305519' }))
  assert.equal((await city.ok(`${at}/lotteries`)).items[0].digits, '', 'not told before it is confirmed')
  await refused(leader.post(`/admissions/lotteries/${fixed.id}/confirm`, { list_sha256, digits: '7305518' }), 409, 'models.digits_differ', /公证记录/)
  await done(leader.post(`/admissions/lotteries/${fixed.id}/confirm`, { list_sha256, digits: '7305519' }))
  const path = join(work, 'lottery.json')
  writeFileSync(path, await file())
  const good = banmo(['verify', path, '--data', join(work, 'nothing')])
  assert.equal(good.code, 0, good.out)
  assert.match(good.out, /重算一致/)
  const forged = JSON.parse(await file())
  ;[forged.order[0], forged.order[1]] = [forged.order[1], forged.order[0]]
  writeFileSync(path, JSON.stringify(forged))
  const bad = banmo(['verify', path, '--data', join(work, 'nothing')])
  assert.equal(bad.code, 6, bad.out)
  assert.match(bad.out, /结果被改过/)
  const one = await run('vocational')
  assert.equal(one.batches[0].stable, true)
  await publish(one)
})

test('a server killed while it runs and publishes has whole runs or none', async () => {
  const before = (await city.all(`${at}/runs`)).length
  const n = (await results(city, (await leader.ok(`${at}/runs`)).items.find((one) => one.state === 'published'))).length
  const answered = []
  const wish = { year, batch: 'vocational' }
  const storm = (async () => {
    for (;;) {
      const answer = await city.post(`${at}/runs`, wish).catch(() => null)
      if (!answer || answer.status !== 201) return
      answered.push(answer.body)
    }
  })()
  await eventually(() => answered.length >= 2, { what: 'two runs' })
  await server.kill()
  await storm
  server = await Server.start(folder)
  city = await server.signIn('city')
  leader = await server.signIn('leader')
  const runs = await city.all(`${at}/runs`)
  for (const one of answered) {
    const kept = runs.find((known) => known.id === one.id)
    assert.equal(kept?.output_sha256, one.output_sha256)
    if (kept.state === 'dropped') continue // of those that nobody checked the newest ten stay
    assert.equal(kept.state, 'computed')
    assert.equal((await results(city, kept)).length, n)
  }
  assert.ok(runs.length <= before + answered.length + 1)
  assert.ok(runs.every((known) => known.state !== 'running'))
})
