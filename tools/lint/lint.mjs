// SPDX-License-Identifier: Apache-2.0
// Prints every finding of rules.mjs and exits 1 if there is one.   node tools/lint/lint.mjs [room ...]
import { readFileSync } from 'node:fs'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkErrorCodes } from './error-codes.mjs'
import { filesOf, readRooms, checkFile } from './rules.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const only = process.argv.slice(2)
const rooms = readRooms(root)
const files = filesOf(root).filter((f) => /\.(h|cpp|mjs|ts|tsx|sql)$/.test(f)).filter((f) => only.length === 0 || only.some((room) => f.startsWith(`src/${room}/`)))
const findings = files.flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8'), rooms))
if (only.length === 0) findings.push(...checkErrorCodes(root).findings)
for (const f of findings) console.log(`${f.file}:${f.line}: ${f.rule}: ${f.say}`)
console.log(`${files.length} files, ${findings.length} findings`)
process.exit(findings.length > 0 ? 1 : 0)
