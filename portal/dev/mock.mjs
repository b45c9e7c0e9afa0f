// A stand-in for the server while pages are made: the HTTP contract (docs/dev/api.md) over generated data, and the built portal.
// A development tool only. Usage: node dev/mock.mjs [--port 8099] [--prefix /path] [--fast]
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { makeCity } from './mock/city.mjs'
import { answer } from './mock/routes.mjs'

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' }
const dist = new URL('../dist/', import.meta.url)

async function serveFile(path, response) {
  const name = path.includes('.') ? path.slice(1) : 'index.html'
  try {
    const body = await readFile(fileURLToPath(new URL(name, dist)))
    response.writeHead(200, { 'Content-Type': types[name.split('.').pop()] ?? 'application/octet-stream', 'Content-Security-Policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:" })
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
}

/** Starts the stand-in; answers its address and a function that stops it. `stepMs` is the pace of imports. */
export async function startMock({ port = 0, prefix = '', stepMs = 250 } = {}) {
  const city = makeCity()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock')
    if (!url.pathname.startsWith(`${prefix}/`)) return response.writeHead(404).end()
    url.pathname = url.pathname.slice(prefix.length)
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response)
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    await answer(city, request, url, Buffer.concat(chunks), response, stepMs)
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}${prefix}/`, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) }) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => { const at = process.argv.indexOf(name); return at < 0 ? fallback : process.argv[at + 1] }
  const mock = await startMock({ port: Number(option('--port', 8099)), prefix: option('--prefix', ''), stepMs: process.argv.includes('--fast') ? 20 : 250 })
  console.log(mock.url)
}
