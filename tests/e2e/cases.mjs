// SPDX-License-Identifier: Apache-2.0
// What walks through services share: a visitor's page, forms and moves by what stands on the screen.
import assert from 'node:assert/strict'
import { api, axe, shoot, signedInState, visit } from './lib.mjs'

export { clean, json } from './lib.mjs'

/** Opens pages as an account, signed in once. */
export function visitor(browser) {
  const states = {}
  return async (who, path, how) => {
    states[who] ??= await signedInState(browser, who)
    return visit(browser, states[who], path, how)
  }
}
// What a refused request leaves in the console is what the test asked for.
export const unexpected = (faults) => faults.filter((fault) => !/status of (409|422)|ERR_FAILED|net::ERR/.test(fault))
/** A page that the server writes itself: no violation, nothing that scrolls sideways, at a desk's and a phone's width. */
export async function cleanPaper(page, name) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    await shoot(page, `${name}-${width}`)
    assert.deepEqual(await axe(page), [], `${name} ${width}`)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} ${width} does not scroll sideways`)
  }
}
export const pick = async (page, field, text) => {
  await page.locator(`#field-${field}`).click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: text }).first().click()
}
export const button = (page, name) => page.getByRole('button', { name: new RegExp(`^${[...name].join('\\s?')}$`) })
// A move by its button, with what its sheet asks for.
export async function make(page, label, { note, fields = {} } = {}) {
  await button(page, label).click()
  const sheet = page.locator('.bm-sheet')
  await sheet.locator('#move-note').waitFor()
  for (const [field, text] of Object.entries(fields)) await sheet.locator(`#move-${field}`).fill(text)
  if (note !== undefined) await sheet.locator('#move-note').fill(note)
  await sheet.getByRole('button', { name: new RegExp(`^确定：${label}`) }).click()
}
/** Puts into an input of a move that offers: typed, then the first that is offered. */
export async function choose(page, field, typed) {
  const box = page.locator(`#move-${field}`)
  await box.click()
  await box.pressSequentially(typed)
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: typed }).first().click()
}
/** What the city fills in to share the names of all districts, in the sheet of the move that grants. */
export async function fillGrant(page, label, until) {
  await button(page, label).click()
  await page.locator('.bm-sheet #move-note').waitFor()
  await choose(page, 'granted_dataset', '区市')
  await choose(page, 'granted_fields', '名称')
  await page.locator('.bm-sheet h2').click() // closes the list of an input that takes several
  await choose(page, 'granted_org', (await api(page, 'orgs')).items[0].title)
  await page.fill('#move-granted_until', until)
}
export const confirm = (page, label) => page.locator('.bm-sheet').getByRole('button', { name: new RegExp(`^确定：${label}`) }).click()
/** The city's day that many days from now. */
export const dayFromNow = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
export const made = (page, state) => page.locator('.bm-done', { hasText: `现为“${state}”` }).waitFor()
export const saved = (page) => page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
export const caseOf = (page) => new URL(page.url()).searchParams.get('id')
