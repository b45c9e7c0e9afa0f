// SPDX-License-Identifier: Apache-2.0
// The stable codes of errors, read from the source, against the list in docs/dev/api.md.   node tools/lint/error-codes.mjs --write   puts the list right.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesOf } from './rules.mjs'

export const page = 'docs/dev/api.md'
const kBegin = '<!-- error codes: made by tools/lint/error-codes.mjs -->\n'
const kEnd = '<!-- end of error codes -->\n'
const kFail = /\bfail\(\s*ErrorCode::([a-z_]+),\s*"([a-z_]+\.[a-z_0-9]+)"/g

// Kind of error > its codes, both in order. `texts`: sources by name.
export function codesIn(texts) {
  const kinds = new Map()
  for (const text of texts)
    for (const [, kind, code] of text.matchAll(kFail)) kinds.set(kind, (kinds.get(kind) ?? new Set()).add(code))
  return new Map([...kinds].sort().map(([kind, codes]) => [kind, [...codes].sort()]))
}

// The list as the page has it.
export function listOf(kinds) {
  return [...kinds].map(([kind, codes]) => `- ${kind}: ${codes.map((code) => `\`${code}\``).join(', ')}\n`).join('')
}

// The page with the list put right; null if it has no place for one.
export function withList(text, list) {
  const begin = text.indexOf(kBegin)
  const end = text.indexOf(kEnd)
  return begin < 0 || end < begin ? null : text.slice(0, begin + kBegin.length) + list + text.slice(end)
}

// A finding if the page does not have the codes of the source.
export function checkErrorCodes(root) {
  const sources = filesOf(root).filter((file) => /^src\/.*\.(h|cpp)$/.test(file) && !file.endsWith('_test.cpp'))
  const list = listOf(codesIn(sources.map((file) => readFileSync(join(root, file), 'utf8'))))
  const text = readFileSync(join(root, page), 'utf8')
  const right = withList(text, list)
  if (right === text) return { findings: [], right }
  const lines = (right ?? '').split('\n')
  const at = text.split('\n').findIndex((line, i) => line !== lines[i])
  return { findings: [{ file: page, line: at + 1, rule: 'error-codes', say: 'the list is not that of the source: node tools/lint/error-codes.mjs --write' }], right }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === '--write') {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
  writeFileSync(join(root, page), checkErrorCodes(root).right)
}
