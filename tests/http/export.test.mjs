// SPDX-License-Identifier: Apache-2.0
// Files that leave the house: no cell becomes a formula, and nobody takes away more rows in a day than allowed.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Caller } from './client.mjs'
import { Server, ownCity, work } from './own-server.mjs'

const kQuota = 300
const folder = ownCity('exports')
let server = await Server.start(folder, { env: { BANMO_EXPORT_ROWS_PER_DAY: `${kQuota}` } })
after(() => server.stop())
const city = await server.signIn('city')
const me = await city.ok('/me')
const dataset = 'info_system'
const leads = ['=', '+', '-', '@', '\t', '\r']

async function fileOf(caller, query) {
  const answer = await fetch(`${server.url}/api/v1/datasets/${query}`, { headers: { authorization: `Bearer ${caller.token}` } })
  assert.equal(answer.status, 200, await (answer.status === 200 ? '' : answer.text()))
  return Buffer.from(await answer.arrayBuffer())
}

// Cells of a CSV, quotes taken off.
function cellsOf(text) {
  return [...text.replace(/^\uFEFF/, '').matchAll(/"((?:[^"]|"")*)"|([^,\r\n"]+)/g)].map(([, quoted, plain]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')))
}

test('no cell of an export can become a formula, in CSV and in XLSX', async () => {
  const names = []
  for (const [i, lead] of leads.entries()) {
    const name = `${lead}cmd|' /C calc'!A${i}`
    const made = await city.post(`/datasets/${dataset}/rows`, { code: `formula-${i}`, name, owner_org: me.org.title, category: 'data' })
    assert.equal(made.status, 201, made.text)
    names.push(made.body.name)
  }
  assert.ok(names.filter((name) => /^[=+\-@]/.test(name)).length >= 4, 'what was typed in is kept as it is')
  const csv = (await fileOf(city, `${dataset}/export?format=csv&filter=code:like:formula-%25`)).toString()
  const cells = cellsOf(csv)
  assert.ok(cells.some((cell) => cell.startsWith("'=cmd")), csv)
  for (const cell of cells) assert.ok(!/^[=+\-@\t\r]/.test(cell) || /^-?\d+(\.\d+)?$/.test(cell), `a cell begins as a formula: ${JSON.stringify(cell)}`)
  const xlsx = join(work, 'export.xlsx')
  writeFileSync(xlsx, await fileOf(city, `${dataset}/export?format=xlsx&filter=code:like:formula-%25`))
  const sheet = spawnSync('unzip', ['-p', xlsx, 'xl/worksheets/sheet1.xml'], { encoding: 'utf8' }).stdout
  const strings = spawnSync('unzip', ['-p', xlsx, 'xl/sharedStrings.xml'], { encoding: 'utf8' }).stdout
  assert.match(sheet + strings, /cmd\|/)
  assert.doesNotMatch(sheet, /<f[ >]/, 'no formula in the sheet')
  for (const [, type] of sheet.matchAll(/<c r="[A-Z]+\d+"[^>]*? t="(\w+)"/g)) assert.ok(['s', 'inlineStr'].includes(type), `a cell of type ${type}`)
})

test('beyond the rows of a day an export is refused with 429, an alarm stands in the audit log, and a restart does not help', async () => {
  const refused = (caller) => caller.get('/datasets/fitness_raw/export?format=csv')
  const first = await refused(city)
  assert.equal(first.status, 429, first.text)
  assert.equal(first.body.code, 'records.export_quota')
  assert.match(first.body.detail.zh, /每人每日上限 300 行/)
  assert.match(first.body.detail.en, /300 rows that a person may export in a day/)
  await fileOf(city, 'core_street/export?format=csv') // 141 rows fit
  await fileOf(city, 'core_street/export?format=csv&filter=code:like:%25')
  const full = await city.get('/datasets/core_street/export?format=csv')
  assert.equal(full.status, 429, full.text)
  const district = await server.signIn('district')
  assert.equal((await district.get('/datasets/core_street/export?format=csv')).status, 200, 'the quota is that of a person')
  const alarms = (await (await server.signIn('auditor')).ok('/audit?actor=city&action=rows.export_alarm')).items
  assert.equal(alarms.length, 2)
  assert.equal(alarms[0].detail.n_allowed, kQuota)
  await server.stop()
  server = await Server.start(folder, { env: { BANMO_EXPORT_ROWS_PER_DAY: `${kQuota}` } })
  const again = await new Caller('city', city.token, server.url).get('/datasets/core_street/export?format=csv')
  assert.equal(again.status, 429, again.text)
})
