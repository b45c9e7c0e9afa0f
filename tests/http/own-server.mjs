// SPDX-License-Identifier: Apache-2.0
// A server of a test's own, on a copy of the demonstration city: for what would disturb the shared one. BANMO_BIN is the program; BANMO_SEED a city that nobody serves (tools/test
// makes both), else one is made here. Everything is gone when the test file ends.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Caller, password } from './client.mjs'

export const program = resolve(process.env.BANMO_BIN ?? 'build/release/banmo')
assert.ok(existsSync(program), `${program} is not there: BANMO_BIN names the program`)
export const work = mkdtempSync(join(tmpdir(), 'banmo-own-'))
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(work, { recursive: true, force: true })
})

// {code, out}: a command of the program, to its end; `out` is both streams.
export function banmo(args, { env = {}, input } = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', input, env: { ...process.env, ...env }, timeout: 120_000 })
  return { code: done.status, out: done.stdout + done.stderr }
}

let seed = process.env.BANMO_SEED
export function ownCity(name) {
  if (!seed) {
    seed = join(work, 'seed')
    const made = banmo(['demo', '--data', seed, '--scale', '0.005', '--seed', '1', '--progress', 'none'])
    assert.equal(made.code, 0, made.out)
  }
  const folder = join(work, name)
  cpSync(seed, folder, { recursive: true })
  return folder
}

// The same on a database of its own in the cluster that BANMO_TEST_PG names; it is dropped when the test file ends.
export function ownPostgresCity(name) {
  const database = `own_${name}_${process.pid}`
  const psql = (statement) => {
    const done = spawnSync('psql', [process.env.BANMO_TEST_PG, '-qXc', statement], { encoding: 'utf8' })
    assert.equal(done.status, 0, done.stderr)
  }
  psql(`CREATE DATABASE ${database}`)
  process.on('exit', () => psql(`DROP DATABASE ${database} WITH (FORCE)`))
  const [folder, store] = [join(work, `${name}-postgres`), `postgres:${process.env.BANMO_TEST_PG} dbname=${database}`]
  const made = banmo(['demo', '--data', folder, '--ledger', store, '--warehouse', store, '--scale', '0.005', '--seed', '1', '--progress', 'none'])
  assert.equal(made.code, 0, made.out)
  return folder
}

export class Server {
  // `wrap` is a command line that the program runs under.
  static async start(folder, { args = [], env = {}, wrap = [] } = {}) {
    const [command, ...rest] = [...wrap, program, 'serve', '--data', folder, '--listen', '127.0.0.1:0', ...args]
    const child = spawn(command, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const server = new Server(child)
    running.add(child)
    child.on('exit', () => running.delete(child))
    await server.#ready
    return server
  }
  #said = ''
  #ready
  #ended
  constructor(child) {
    this.child = child
    this.#ended = new Promise((end) => child.on('exit', (code, signal) => end({ code, signal })))
    this.#ready = new Promise((done, refuse) => {
      const hear = (chunk) => {
        this.#said += chunk
        const found = /Banmo: (http:\/\/[^/\s]+)\//.exec(this.#said)
        if (found) done((this.url = found[1]))
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.on('exit', (code) => refuse(new Error(`the server ended with ${code}: ${this.#said}`)))
    })
  }
  get said() {
    return this.#said
  }
  async signIn(account, word = password) {
    const answer = await new Caller(account, undefined, this.url).post('/session', { account, password: word })
    assert.equal(answer.status, 201, `${account} signs in: ${answer.text}`)
    return new Caller(account, answer.body.token, this.url)
  }
  // A new account with roles, opened and granted as the administrators do it, that has set its own password: signed in.
  async newAccount(account, grants) {
    const opened = await (await this.signIn('sysadmin')).post('/accounts', { account })
    assert.equal(opened.status, 201, opened.text)
    const granted = await (await this.signIn('secadmin')).call('PUT', `/api/v1/accounts/${account}/grants`, { body: { grants } })
    assert.equal(granted.status, 204, granted.text)
    const caller = await this.signIn(account, opened.body.password)
    const changed = await caller.call('PUT', '/api/v1/me/password', { body: { old_password: opened.body.password, new_password: 'Lao-Shan-2027!' } })
    assert.equal(changed.status, 204, changed.text)
    return caller
  }
  async stop() {
    this.child.kill('SIGTERM')
    return this.#ended
  }
  async kill() {
    this.child.kill('SIGKILL')
    return this.#ended
  }
}

// A port of this machine that nobody listens at.
export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}

// The other side of look-ups, at `port`, which signs with `key` and answers what the lines of `answers` say; kill it when it is done with.
export async function simulateLookups(port, key, answers, ...more) {
  const file = join(work, `answers-${port}.csv`)
  writeFileSync(file, answers.join('\n'))
  const child = spawn(program, ['simulate-lookups', '--listen', `127.0.0.1:${port}`, '--answers', file, '--key', key, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  child.on('exit', () => running.delete(child))
  await new Promise((ready) => child.stdout.once('data', ready))
  return child
}

// Asks again and again until `look` gives something, at most so long.
export async function eventually(look, { within_ms = 10_000, what = 'it' } = {}) {
  const end = Date.now() + within_ms
  for (;;) {
    const found = await look()
    if (found) return found
    assert.ok(Date.now() < end, `${what} did not happen within ${within_ms} ms`)
    await new Promise((wake) => setTimeout(wake, 50))
  }
}
