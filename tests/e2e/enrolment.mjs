// SPDX-License-Identifier: Apache-2.0
// What the walks through entry to school share: children who are in no roster, the form on a phone, papers, and the steps that are walked elsewhere.
import assert from 'node:assert/strict'
import { citizen, kGuardian, kStreet } from '../http/enrolling.mjs'
import { button, caseOf, json, make, pick, saved } from './cases.mjs'
import { api, settled } from './lib.mjs'

export { kGuardian, kStreet }
export const phone = { width: 390 }
const pdf = { name: '证明材料.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n% proof of an end-to-end test\n') }

// A number of its own at every run: the city keeps what was applied for.
let n = Math.floor(Math.random() * 9000)
/** A child of a district that does not exist, with what a guardian types of it. */
export function child(more = {}) {
  n += 1
  const number = citizen(`99${String(7700 + Math.floor(n / 900))}20200315${String(n % 900).padStart(3, '0')}`)
  return { child_name: `童${String.fromCodePoint(0x4e00 + n)}${String.fromCodePoint(0x5e00 + (n % 997))}`, child_no: number, guardian_no: kGuardian, phone: `137${String(10_000_000 + n * 137)}`, street: kStreet.code, house_no: '70', ...more }
}

/** Chooses what the form offers, by what somebody types. */
export async function choose(page, field, typed, title) {
  await page.locator(`#field-${field}`).click()
  await page.locator(`#field-${field}`).pressSequentially(typed)
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: title }).first().click()
}

export async function fillIn(page, { street, ...one }, kind) {
  assert.equal(street, kStreet.code)
  await pick(page, 'stage', '小学')
  await pick(page, 'kind', kind)
  await choose(page, 'district', kStreet.district_name, kStreet.district_name)
  await choose(page, 'street', 'hdjd', kStreet.name)
  for (const [field, text] of Object.entries(one)) await page.fill(`#field-${field}`, text)
  await saved(page)
}

/** Begins an application by the pages and fills it in; the draft's id. */
export async function begin(page, one, kind) {
  await page.goto(new URL('service?id=enrol', page.url()).href)
  await page.getByRole('button', { name: /开始办理|另办一件/ }).click()
  await page.waitForURL(/case\?id=/)
  await page.locator('#field-child_name').waitFor()
  await fillIn(page, one, kind)
  return caseOf(page)
}

/** Hands a paper in and waits until it stands in the list. */
export async function handIn(page, file) {
  await page.setInputFiles(`#paper-${file}`, pdf)
  await page.locator('.bm-case-papers .bm-files li', { hasText: pdf.name }).waitFor()
  await settled(page)
}

/** Applies by the pages as one who rents; the case's id. */
export async function applyRenting(page, one = child()) {
  const id = await begin(page, one, '租赁')
  await handIn(page, 'lease')
  await button(page, '提交').waitFor()
  await make(page, '提交')
  return id
}

/** A move by the API in the page's session: the steps that another walk makes by hand. */
export async function step(page, id, move, more = {}) {
  const { seq } = await api(page, `cases/${id}`)
  const moved = await api(page, `cases/${id}/moves`, json({ seq, move, ...more }))
  if (moved.state === undefined) throw new Error(`${move}: ${JSON.stringify(moved)}`)
  return moved
}

/** An application that the guardian has sent by the API, with its lease if it rents. */
export async function sentBy(page, kind, more = {}) {
  const one = child(more)
  const opened = await api(page, 'flows/enrol/cases', json({ values: { stage: 'p1', kind, district: kStreet.district, ...one, house_no: Number(one.house_no) } }))
  if (kind === 'B') await api(page, `cases/${opened.id}/files?file=lease&name=lease.pdf`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: pdf.buffer.toString() })
  return step(page, opened.id, 'send')
}
