// Reads dist and prints what each page costs over the wire (gzip -9). Fails above the limits:
// first load (what stands on the screen at sign-in and at home) <= 220 kB, any further page <= 400 kB more.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const limits = { first: 220_000, more: 400_000 }
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const sizes = new Map()

function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(fileURLToPath(new URL(file, dist))), { level: 9 }).length)
  return sizes.get(file)
}

/** Files that a chunk needs before it can run, and with `deep` also those it loads later by itself (charts). */
function filesOf(key, deep = false, seen = new Set(), files = new Set()) {
  const chunk = manifest[key]
  if (chunk === undefined || seen.has(key)) return files
  seen.add(key)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of [...(chunk.imports ?? []), ...(deep && !chunk.isEntry ? (chunk.dynamicImports ?? []) : [])]) filesOf(next, deep, seen, files)
  return files
}

const sum = (files) => [...files].reduce((total, file) => total + size(file), 0)
const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
const base = filesOf(entry)
base.add('index.html')
const pages = Object.keys(manifest).filter((key) => /src\/features\/.*-page\.tsx$/.test(key) && !/(sign-in|home)-page/.test(key)).sort()
const shell = filesOf('src/app/shell.tsx')
const signIn = new Set([...base, ...filesOf('src/features/session/sign-in-page.tsx')])
const home = new Set([...base, ...shell, ...filesOf('src/features/home/home-page.tsx')])
let failed = false

function line(name, bytes, limit) {
  const bad = bytes > limit
  failed ||= bad
  console.log(`${kB(bytes)}  of ${kB(limit)}  ${bad ? 'TOO LARGE ' : ''}${name}`)
}

line('first load: sign-in', sum(signIn), limits.first)
line('first load: home, signed in', sum(home), limits.first)
for (const page of pages) {
  const extra = [...filesOf(page, true)].filter((file) => !home.has(file))
  line(`more for ${page.replace(/^src\/features\//, '').replace('.tsx', '')} (charts and English words included)`, sum(extra), limits.more)
}
if (failed) process.exit(1)
