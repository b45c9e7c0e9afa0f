// SPDX-License-Identifier: Apache-2.0
// `banmo pack install`: the same checks, staging and audit entry as over HTTP; what loses data or lowers protection needs --accept, and the log tells it.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Server, banmo, ownCity, work } from './own-server.mjs'

const folder = ownCity('packs')
const scenes = join(work, 'pack-scenes')
cpSync(resolve('scenes'), scenes, { recursive: true })
const install = (path, ...flags) => banmo(['pack', 'install', path, '--data', folder, '--scenes', scenes, ...flags])
const installed = () => (existsSync(join(scenes, 'tried/pack.yaml')) ? /version: ([\d.]+)/.exec(readFileSync(join(scenes, 'tried/pack.yaml'), 'utf8'))[1] : 'none')

// A pack's folder.
let n = 0
function pack(version, { field = 'level: L3, mask: "*"', cell = 10, fields = '', expected = 2, more = '' } = {}) {
  const path = join(work, `pack-${++n}/tried`)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'pack.yaml'), `pack: {id: edu.tried, version: ${version}, engine: banmo/1, title: 试用}
law: {purpose: 试用, basis: 试用}
datasets:
  - id: tried_set
    title: 试用数据
    grain: [k]
    class: {category: 试用, level: L2}
    fields:
      k: {type: int, title: 键}
      v: {type: text, title: 值, ${field}}
${fields}
metrics:
  - {id: tried_n, title: 数, agg: count, of: tried_set, min_cell: ${cell}, definition: 数。}
tests:
  - name: rows are counted
    given: {tried_set: [[1, a${fields && ', b'}], [2, b${fields && ', b'}]]}
    expect: ["metric tried_n => ${expected}"]
${more}`)
  return path
}

let server
after(() => server?.stop())

test('a pack with a mistake, or whose test fails, is told by line and not installed', () => {
  const wrong = install(pack('1.0.0', { more: 'colours: {}\n' }))
  assert.notEqual(wrong.code, 0, wrong.out)
  assert.match(wrong.out, /pack\.yaml:\d+:\d+: .*colours/)
  assert.match(wrong.out, /场景包未安装：1 处问题，见上；改正后再装/)
  const failing = install(pack('1.0.0', { expected: 3 }))
  assert.notEqual(failing.code, 0)
  assert.match(failing.out, /\[pack\.test_failed\]/)
  const path = pack('1.0.0')
  mkdirSync(join(path, 'recipes'))
  writeFileSync(join(path, 'recipes/cooking.json'), '{"id": "https://r.example/cooking", "type": "Recipe"}')
  assert.match(install(path).out, /recipes\/cooking\.json: \$\.type: .* \[events\.bad_profile\]/)
  assert.equal(installed(), 'none')
  assert.ok(!existsSync(join(scenes, '.install')))
})

test('a good pack is installed beside a running server, noted in the audit log, and waits for the next start', async () => {
  server = await Server.start(folder, { args: ['--scenes', scenes] })
  const done = install(pack('1.0.0'))
  assert.equal(done.code, 0, done.out)
  assert.match(done.out, /edu\.tried 1\.0\.0: 1 passed; 已安装，重启服务后生效/)
  assert.equal(installed(), '1.0.0')
  const [entry] = (await (await server.signIn('auditor')).ok('/audit?action=pack.install&limit=1')).items
  assert.deepEqual([entry.actor, entry.object, entry.detail], ['system', 'edu.tried', { version: '1.0.0', replaces: '', n_passed: 1 }])
  assert.ok((await (await server.signIn('sysadmin')).ok('/packs')).waiting.some((one) => one.id === 'edu.tried' && one.version === '1.0.0'))
})

test('an upgrade that lowers protection or loses data is refused, over HTTP and on the command line', async () => {
  await server.stop()
  server = await Server.start(folder, { args: ['--scenes', scenes] })
  const sysadmin = await server.signIn('sysadmin')
  const lowered = {
    'the smallest cell of the metric tried_n is lower': { cell: 5 },
    'the level of the field tried_set.v is lower': { field: 'level: L1, level_reason: 公开, mask: "*"' },
    'the mask of the field tried_set.v changed': { field: 'level: L3' },
    'the type of tried_set.v changed': { field: 'level: L3, mask: "*"', type: 'int' },
  }
  for (const [said, options] of Object.entries(lowered)) {
    const path = pack('2.0.0', options)
    const file = join(path, 'pack.yaml')
    if (options.type) writeFileSync(file, readFileSync(file, 'utf8').replace('{type: text, title: 值', `{type: ${options.type}, title: 值`).replaceAll(', a]', ', 1]').replaceAll(', b]', ', 2]'))
    const refused = install(path)
    assert.notEqual(refused.code, 0, said)
    assert.ok(refused.out.includes(said), refused.out)
    const answer = await sysadmin.call('POST', '/api/v1/packs?install=true', { raw: readFileSync(file), headers: { 'content-type': 'application/octet-stream' } })
    assert.equal(answer.body.installed, false)
    assert.ok(answer.body.findings.some((finding) => finding.detail.en.startsWith(said)), JSON.stringify(answer.body.findings))
  }
  assert.equal(installed(), '1.0.0')
})

test('the command line may accept it, and the audit log tells what was accepted', async () => {
  const path = pack('3.0.0', { cell: 5 })
  const done = install(path, '--accept')
  assert.equal(done.code, 0, done.out)
  assert.equal(installed(), '3.0.0')
  const [entry] = (await (await server.signIn('auditor')).ok('/audit?action=pack.install&limit=1')).items
  assert.equal(entry.detail.replaces, '1.0.0')
  assert.equal(entry.detail.accepted.length, 1)
  assert.match(entry.detail.accepted[0], /^pack\.lowers_protection pack\.yaml:\d+/)
  // What is a fault of the pack itself no flag accepts.
  assert.notEqual(install(pack('4.0.0', { expected: 3 }), '--accept').code, 0)
  assert.equal(installed(), '3.0.0')
})
