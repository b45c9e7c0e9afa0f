// SPDX-License-Identifier: Apache-2.0
// A database that is older than the program is refused or mended, one that is newer is refused; nothing in it is touched by a refusal.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Server, banmo, ownCity, work } from './own-server.mjs'

const sources = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../src')

function sql(folder, statements) {
  const done = spawnSync('sqlite3', ['-batch', join(folder, 'ledger.sqlite')], { encoding: 'utf8', input: statements })
  assert.equal(done.status, 0, `${done.error ?? ''}${done.stderr} (tools/bootstrap installs sqlite3)`)
  return done.stdout.trim()
}

// FNV-1a, 64 bits, as src/sql/migrate.cpp has it.
function hashOf(bytes) {
  let hash = 14695981039346656037n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n)
  return hash.toString(16).padStart(16, '0')
}

// The ledger as the first version of each room made it, by its own migration files.
function oldCity(name) {
  const folder = join(work, name)
  mkdirSync(folder)
  const statements = ['PRAGMA journal_mode=WAL; BEGIN;', 'CREATE TABLE schema_version (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, text_hash TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (room, number));']
  let n_later = 0
  for (const room of ['audit', 'directory', 'records', 'metrics']) {
    const files = readdirSync(join(sources, room, 'sql')).sort()
    const bytes = readFileSync(join(sources, room, 'sql', files[0]))
    statements.push(bytes.toString(), `INSERT INTO schema_version VALUES ('${room}', 1, '${files[0].slice(5, -4)}', '${hashOf(bytes)}', 0);`)
    n_later += files.length - 1
  }
  assert.ok(n_later > 0, 'some room has a second migration, else this database is not old')
  sql(folder, [...statements, 'COMMIT;'].join('\n'))
  return folder
}

test('serve --no-migrate refuses an older database with exit code 5 and says what to do; migrate mends it', async () => {
  const folder = oldCity('old')
  const before = sql(folder, 'SELECT group_concat(room || number) FROM schema_version')
  const refused = banmo(['serve', '--data', folder, '--listen', '127.0.0.1:0', '--no-migrate'])
  assert.equal(refused.code, 5, refused.out)
  assert.match(refused.out, /数据库版本较旧；请先备份（banmo backup），再执行 banmo migrate/)
  assert.match(refused.out, /the database is older than this program: back up \(banmo backup\), then run banmo migrate \[server\.migration_needed\]/)
  assert.equal(sql(folder, 'SELECT group_concat(room || number) FROM schema_version'), before, 'a refusal changes nothing')
  const mended = banmo(['migrate', '--data', folder])
  assert.equal(mended.code, 0, mended.out)
  assert.match(mended.out, /the database is up to date/)
  const server = await Server.start(folder, { args: ['--no-migrate'] })
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('a newer database is refused by serve and by migrate with exit code 4, and serves again with its own program', async () => {
  const folder = ownCity('newer')
  sql(folder, "INSERT INTO schema_version VALUES ('audit', 9999, 'add_future', '', 0)")
  for (const command of [['serve', '--listen', '127.0.0.1:0'], ['serve', '--listen', '127.0.0.1:0', '--no-migrate'], ['migrate'], ['user', 'list']]) {
    const refused = banmo([...command, '--data', folder])
    assert.equal(refused.code, 4, `${command.join(' ')}: ${refused.out}`)
    assert.match(refused.out, /数据库比程序新；请升级程序，或从备份恢复旧库/)
    assert.match(refused.out, /the database is newer than this program; upgrade the program or restore an older backup \[sql\.database_newer\]/)
  }
  sql(folder, "DELETE FROM schema_version WHERE number = 9999")
  const server = await Server.start(folder)
  assert.ok((await (await server.signIn('city')).ok('/datasets')).items.length > 0)
  await server.stop()
})

test('a migration whose text was changed after it ran is refused by name', () => {
  const folder = ownCity('changed')
  sql(folder, "UPDATE schema_version SET text_hash = 'edited' WHERE room = 'directory' AND number = 1")
  const refused = banmo(['migrate', '--data', folder])
  assert.equal(refused.code, 4, refused.out)
  assert.match(refused.out, /directory\/sql\/0001_create_directory\.sql/)
  assert.match(refused.out, /\[sql\.migration_changed\]/)
})
