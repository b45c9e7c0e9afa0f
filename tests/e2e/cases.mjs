// SPDX-License-Identifier: Apache-2.0
// What walks through services share: a visitor's page, forms and moves by what stands on the screen.
import assert from 'node:assert/strict'
import { axe, base, open, settled, shoot, signedInState, watch } from './lib.mjs'

/** Opens pages as an account, signed in once. */
export function visitor(browser) {
  const states = {}
  return async (who, path, { language = 'zh', width = 1440 } = {}) => {
    states[who] ??= await signedInState(browser, who)
    const opened = await open(browser, { state: states[who], language, width })
    const faults = watch(opened.page)
    await opened.page.goto(new URL(path, base()).href)
    await settled(opened.page)
    return { ...opened, faults }
  }
}
// What a refused request leaves in the console is what the test asked for.
export const unexpected = (faults) => faults.filter((fault) => !/status of (409|422)|ERR_FAILED|net::ERR/.test(fault))
export const clean = async (page, name) => {
  await page.mouse.move(0, 0) // a hovered button is on its way to another colour
  await settled(page)
  await shoot(page, name)
  assert.deepEqual(await axe(page), [], name)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} does not scroll sideways`)
}
export const json = (body, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
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
export const made = (page, state) => page.locator('.bm-done', { hasText: `现为“${state}”` }).waitFor()
export const saved = (page) => page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
export const caseOf = (page) => new URL(page.url()).searchParams.get('id')
