// The portal behind a proxy that serves other things too: below /services/banmo, with the prefix passed on and with it taken off. Nothing may ask for
// an address outside the prefix; sign-in, pages, a live job and deep addresses work. Starts servers of its own with BANMO_BIN.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { axe, launch, password, settled, watch } from './lib.mjs'

const prefix = '/services/banmo'
const binary = process.env.BANMO_BIN ?? 'build/release/banmo'
const folder = mkdtempSync(join(tmpdir(), 'banmo-proxy-'))
const running = []
let browser

/** Answers on a free port: below the prefix what the server says, elsewhere 404, and keeps what was asked elsewhere. */
async function proxy(port, { strip }) {
  const strays = []
  const server = createServer((incoming, answer) => {
    if (!incoming.url.startsWith(`${prefix}/`) && incoming.url !== prefix) {
      strays.push(incoming.url)
      answer.writeHead(404).end()
      return
    }
    const path = strip ? incoming.url.slice(prefix.length) || '/' : incoming.url
    const onward = request({ port, host: '127.0.0.1', method: incoming.method, path, headers: { ...incoming.headers, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' } }, (from) => {
      answer.writeHead(from.statusCode, from.headers)
      from.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  running.push(() => server.close())
  return { strays, url: `http://127.0.0.1:${server.address().port}${prefix}/` }
}

async function ready(port, child) {
  for (let i = 0; i < 150 && child.exitCode === null; i += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}${prefix}/readyz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((wake) => setTimeout(wake, 100))
  }
  assert.fail('the server does not start')
}

let port
before(async () => {
  execFileSync(binary, ['demo', '--data', join(folder, 'city'), '--scale', '0.002', '--seed', '3', '--progress', 'none'], { stdio: 'ignore' })
  port = 20_000 + Math.floor(Math.random() * 10_000)
  const child = spawn(binary, ['serve', '--data', join(folder, 'city'), '--listen', `127.0.0.1:${port}`, '--path-prefix', prefix, ...(process.env.BANMO_PORTAL ? ['--portal', process.env.BANMO_PORTAL] : [])], { stdio: 'ignore' })
  running.push(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  await ready(port, child)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  for (const stop of running.reverse()) await stop()
  rmSync(folder, { recursive: true, force: true })
})

for (const strip of [false, true]) {
  describe(`a proxy that ${strip ? 'takes the prefix off' : 'passes the prefix on'}`, () => {
    test('serves sign-in, every menu page, a deep address and a reload, and is asked for nothing else', async () => {
      const { strays, url } = await proxy(port, { strip })
      process.env.BANMO_URL = url
      const context = await browser.newContext({ reducedMotion: 'reduce' })
      context.setDefaultTimeout(15_000)
      const page = await context.newPage()
      const faults = watch(page)
      await page.goto(new URL('dashboards', url).href)
      await page.fill('#account', 'city')
      await page.fill('#password', password)
      await page.click('button[type=submit]')
      await page.waitForSelector('#content')
      await settled(page)
      assert.equal(new URL(page.url()).pathname, `${prefix}/dashboards`, 'the address asked for stays')
      const places = await page.$$eval('.bm-menu a', (links) => [...new Set(links.map((link) => link.href))])
      assert.ok(places.length >= 6, `the menu has places: ${places.length}`)
      for (const place of places) {
        assert.ok(place.startsWith(url) || place === url.slice(0, -1), `${place} lies below the prefix`)
        await page.goto(place)
        await page.waitForSelector('#content')
        await settled(page)
        assert.equal(await page.locator('.bm-plate-error').count(), 0, `${place} shows no error`)
      }
      await page.reload()
      await settled(page)
      assert.deepEqual([...faults, ...(await axe(page))], [])
      // A browser asks for /favicon.ico of a host by itself only where the page names no icon: the page names one.
      assert.deepEqual(strays, [])
      await context.close()
    })
  })
}
