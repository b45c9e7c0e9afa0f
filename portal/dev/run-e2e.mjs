// Runs tests/e2e against the stand-in server over the built portal, at the root and under a path prefix. Needs `npm run build` first.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startMock } from './mock.mjs'

const folder = join(import.meta.dirname, '../../tests/e2e')
const wanted = process.argv.slice(2)
const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((word) => name.includes(word)))).map((name) => join(folder, name))

async function run(options, env) {
  const mock = await startMock({ stepMs: 60, ...options })
  console.log(`# ${mock.url}`)
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], { stdio: 'inherit', env: { ...process.env, ...env, BANMO_URL: mock.url } })
  const code = await new Promise((resolve) => child.on('exit', resolve))
  await mock.stop()
  return code
}

const plain = await run({}, {})
const below = wanted.length > 0 ? 0 : await run({ prefix: '/city/portal' }, { BANMO_E2E_ACCOUNTS: 'auditor', BANMO_SHOTS: '' })
process.exit(plain || below || 0)
