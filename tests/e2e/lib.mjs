// What every end-to-end test needs: a browser, a watch over errors, sign-in, axe. Packages come from portal/node_modules.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(new URL('../../portal/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

export const accounts = ['city', 'leader', 'district', 'principal', 'teacher', 'student', 'guardian', 'sysadmin', 'secadmin', 'auditor']
export const password = process.env.BANMO_PASSWORD ?? 'banmo-demo'
export const shots = process.env.BANMO_SHOTS
/** [language, width] in which whole sets of pages are looked at; BANMO_E2E_VIEWS=zh-1440,en-390 shortens a run. */
export const views = (process.env.BANMO_E2E_VIEWS ?? 'zh-1440,en-390,zh-390,en-1440').split(',').map((view) => [view.split('-')[0], Number(view.split('-')[1])])
const patience_ms = 20_000 // a slow machine is no failure

/** Address of the running server, always with a closing slash, so that relative paths keep a prefix. */
export function base() {
  if (!process.env.BANMO_URL) throw new Error('BANMO_URL is missing: the address of a running server, for example http://127.0.0.1:8080/')
  return process.env.BANMO_URL.replace(/\/*$/, '/')
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Collects what must not happen on a page: console errors, uncaught errors, answers >= 500, failed requests, requests to other hosts. */
export function watch(page) {
  const faults = []
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    const { url } = message.location()
    if (/\/api\/v1\/(me|session)$/.test(url) && message.text().includes('401')) return
    faults.push(`console: ${message.text()} ${url}`)
  })
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('response', (response) => { if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`) })
  page.on('requestfailed', (request) => { if (!/ERR_ABORTED/.test(request.failure()?.errorText ?? '')) faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`) })
  page.on('request', (request) => { const url = new URL(request.url()); if (url.protocol.startsWith('http') && url.host !== new URL(base()).host) faults.push(`foreign: ${request.url()}`) })
  return faults
}

/** Waits until nothing loads any more. */
export async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() => document.querySelector('#root')?.childElementCount > 0 && document.querySelector('.bm-loading, [aria-busy="true"]') === null)
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations !== Infinity).map((animation) => animation.finished)))
}

export async function signIn(page, account) {
  await page.goto(base())
  await page.fill('#account', account)
  await page.fill('#password', password)
  await page.click('button[type=submit]')
  await page.waitForSelector('#content')
  await settled(page)
}

export async function signedInState(browser, account) {
  const context = await browser.newContext()
  context.setDefaultTimeout(patience_ms)
  await signIn(await context.newPage(), account)
  const state = await context.storageState()
  await context.close()
  return state
}

/** A context in one language at one width, already signed in; its clock is not the city's, for what the portal shows and sends are the city's days. */
export async function open(browser, { state, language = 'zh', width = 1440 }) {
  const context = await browser.newContext({ storageState: state, viewport: { width, height: width < 600 ? 844 : 900 }, reducedMotion: 'reduce', acceptDownloads: true, timezoneId: 'America/New_York' })
  await context.addInitScript((value) => localStorage.setItem('banmo.language', value), language)
  context.setDefaultTimeout(patience_ms)
  return { context, page: await context.newPage() }
}

/** Violations of WCAG 2.2 A and AA as readable lines. */
export async function axe(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
  return result.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} - ${node.failureSummary?.replace(/\s+/g, ' ').slice(0, 220)}`))
}

export async function shoot(page, name) {
  if (!shots) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

/** Asks the API in the browser's session. */
export function api(page, path, init = {}) {
  return page.evaluate(async ([url, options]) => {
    const response = await fetch(url, { ...options, headers: { 'X-Requested-With': 'banmo', ...(options.headers ?? {}) } })
    return response.status === 204 ? null : response.json()
  }, [new URL(`api/v1/${path}`, base()).href, init])
}

/** Opens a page of the portal as somebody who is signed in, in `states`; `faults`: what must not happen on it. */
export async function visit(browser, state, path, { language = 'zh', width = 1440 } = {}) {
  const opened = await open(browser, { state, language, width })
  const faults = watch(opened.page)
  await opened.page.goto(new URL(path, base()).href)
  await settled(opened.page)
  return { ...opened, faults }
}

/** Waits until a place reads as `pattern` says: a page shows its parts as they arrive. */
export async function reads(locator, pattern) {
  const until = Date.now() + patience_ms
  let text = await locator.innerText()
  while (!pattern.test(text) && Date.now() < until) {
    await locator.page().waitForTimeout(50)
    text = await locator.innerText()
  }
  assert.match(text, pattern)
}

/** The page as it stands: a picture, no violation of WCAG, nothing that scrolls sideways. */
export async function clean(page, name) {
  await page.mouse.move(0, 0) // a hovered button is on its way to another colour
  await settled(page)
  await shoot(page, name)
  assert.deepEqual(await axe(page), [], name)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} does not scroll sideways`)
}

/** A request of the API with a JSON body. */
export const json = (body, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
