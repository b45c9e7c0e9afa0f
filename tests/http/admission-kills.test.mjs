// SPDX-License-Identifier: Apache-2.0
// Rounds of kill -9 through the whole server while an admission is computed, checked and published: what was answered stands, nothing stands twice, a run counts whole or not at
// all, and what is published is in the dataset of results once. BANMO_CRASH_ROUNDS rounds (10), on SQLite with DuckDB, and on PostgreSQL where BANMO_TEST_PG names a cluster.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { importText } from './client.mjs'
import { Server, eventually, ownCity, ownPostgresCity } from './own-server.mjs'

const rounds = Number(process.env.BANMO_CRASH_ROUNDS ?? 10)
const kPeople = 120, kBatch = 'three_four', kFirstYear = 2031
const at = '/admissions/senior_secondary'

// A year of its own for each round, of the demonstration's own pupils: candidates, plans and choices as files.
function filesOf(folder) {
  const rows = (word) => {
    const name = readdirSync(join(folder, 'demo')).find((one) => one.startsWith(word) && one.endsWith('.csv'))
    const [head, ...lines] = readFileSync(join(folder, 'demo', name), 'utf8').replace(/^\uFEFF/, '').trim().split(/\r?\n/)
    return { head, lines: lines.map((line) => line.split(',')) }
  }
  const candidates = rows('初中学业水平考试考生'), choices = rows('招生志愿'), plans = rows('招生计划')
  const last = candidates.lines.at(-1)[0]
  const wish = choices.lines.filter((cells) => cells[0] === last && cells[2] === kBatch)
  const people = new Set(wish.map((cells) => cells[1]).slice(0, kPeople))
  const files = {
    exam_candidate: [candidates.head, candidates.lines.filter((cells) => cells[0] === last && people.has(cells[1]))],
    admission_plan: [plans.head, plans.lines.filter((cells) => cells[0] === last && cells[1] === kBatch)],
    admission_choice: [choices.head, wish.filter((cells) => people.has(cells[1]))],
  }
  return Object.entries(files).map(([dataset, [head, kept]]) => {
    const lines = Array.from({ length: rounds }, (_, i) => kept.map((cells) => [kFirstYear + i, ...cells.slice(1)].join(','))).flat()
    return [dataset, [head, ...lines].join('\n') + '\n']
  })
}

// The officer runs, the leader checks and publishes, until the server is gone. `told`: what was answered.
async function storm(city, leader, year, told) {
  const answered = async (caller, path, body) => {
    const answer = await caller.post(path, body).catch(() => null)
    if (answer && [200, 201].includes(answer.status)) told.push(answer.body)
    return answer
  }
  for (;;) {
    const run = await answered(city, `${at}/runs`, { year, batch: kBatch })
    if (!run) return
    assert.equal(run.status, 201, run.text)
    for (const step of ['check', 'publish']) {
      const done = await answered(leader, `/admissions/runs/${run.body.id}/${step}`)
      if (!done) return
      assert.ok(done.status === 200 || done.body.code === 'models.already_published', done.text)
    }
  }
}

const steps = ['computed', 'checked', 'published']

async function killAgainAndAgain(t, folder) {
  let server = await Server.start(folder)
  let city = await server.signIn('city'), leader = await server.signIn('leader')
  for (const [dataset, text] of filesOf(folder)) {
    const job = await importText(city, dataset, `${dataset}.csv`, text)
    assert.deepEqual([job.state, job.n_bad], ['done', 0], JSON.stringify(job))
  }
  const placed = new Map() // by year: how many the published run places
  let n_answers = 0, n_late = 0
  for (let round = 0; round < rounds; ++round) {
    const year = kFirstYear + round
    const told = []
    const storming = storm(city, leader, year, told)
    await eventually(() => told.length > round % 2, { what: 'the first answers' })
    await new Promise((wake) => setTimeout(wake, Math.random() * 10 * 6 ** (round % 3))) // up to 10, 60 or 360 ms
    await server.kill()
    await storming
    n_answers += told.length
    server = await Server.start(folder)
    city = await server.signIn('city')
    leader = await server.signIn('leader')
    const runs = (await city.all(`${at}/runs`)).filter((one) => one.year === year)
    assert.equal(new Set(runs.map((one) => one.output_sha256).filter((hash) => hash)).size, 1, 'the same rows give the same bytes')
    for (const one of told) {
      const kept = runs.find((known) => known.id === one.id)
      assert.ok(kept, 'an answered run is there')
      assert.ok(kept.state === 'dropped' || steps.indexOf(kept.state) >= steps.indexOf(one.state), `${one.state} was answered, ${kept.state} is kept`)
      assert.equal(kept.output_sha256, one.output_sha256)
    }
    for (const one of runs.filter((known) => steps.includes(known.state))) {
      const rows = await city.all(`/admissions/runs/${one.id}/results`)
      assert.equal(new Set(rows.map((row) => row.number)).size, rows.length, 'nobody stands twice in a run')
      assert.equal(rows.filter((row) => row.program).length, one.batches[0].n_placed, 'a run that counts is whole')
    }
    let published = runs.filter((one) => one.state === 'published')
    assert.ok(published.length <= 1, 'a batch is published once')
    if (published.length === 0) {
      const one = (await city.post(`${at}/runs`, { year, batch: kBatch })).body
      await leader.post(`/admissions/runs/${one.id}/check`)
      published = [(await leader.post(`/admissions/runs/${one.id}/publish`)).body]
      ++n_late
    }
    assert.equal(published[0].state, 'published')
    placed.set(year, published[0].batches[0].n_placed)
  }
  assert.ok([...placed.values()].every((n) => n > 0))
  for (const [year, n] of placed) {
    const rows = await city.all(`/datasets/admission_result/rows?filter=exam_year:eq:${year}`)
    assert.equal(rows.length, n, `${year}: the dataset of results has each placed applicant once`)
  }
  t.diagnostic(`${rounds} rounds: ${n_answers} answers; ${rounds - n_late} published before a kill, ${n_late} after it; 0 lost, 0 doubled`)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
}

test('kill -9 while an admission runs and is published loses and doubles nothing: SQLite and DuckDB', (t) => killAgainAndAgain(t, ownCity('admission-kills')))

test('kill -9 while an admission runs and is published loses and doubles nothing: PostgreSQL', { skip: !process.env.BANMO_TEST_PG && 'BANMO_TEST_PG names no cluster' }, (t) =>
  killAgainAndAgain(t, ownPostgresCity('admission_kills')),
)
