// SPDX-License-Identifier: Apache-2.0
// The process itself: what it takes from the system at its start.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Server, ownCity } from './own-server.mjs'

test('the server takes as many open files as it may, whatever the shell gave it', async () => {
  const server = await Server.start(ownCity('process'), { wrap: ['prlimit', '--nofile=256:4096'] })
  const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/limits`, 'utf8'))
  assert.deepEqual([soft, hard], ['4096', '4096'])
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})
