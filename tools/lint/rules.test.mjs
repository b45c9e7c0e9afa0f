// SPDX-License-Identifier: Apache-2.0
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { codesIn, listOf, withList } from './error-codes.mjs'
import { checkFile } from './rules.mjs'

const rooms = new Map([['base', new Set()], ['sql', new Set(['base'])], ['http', new Set(['base'])]])
const spdx = '// SPDX-License-Identifier: Apache-2.0\n'
const rulesOf = (file, text) => checkFile(file, spdx + text, rooms).map((f) => f.rule)

test('refuses an include that the table of rooms does not allow', () => {
  assert.deepEqual(rulesOf('src/base/a.cpp', '#include "sql/sql.h"\n'), ['room'])
  assert.deepEqual(rulesOf('src/sql/a.cpp', '#include "base/result.h"\n'), [])
})
test('refuses a heavy header outside its room', () => {
  assert.deepEqual(rulesOf('src/sql/a.cpp', '#include <boost/asio.hpp>\n'), ['heavy'])
  assert.deepEqual(rulesOf('src/http/a.cpp', '#include <boost/asio.hpp>\n'), [])
})
test('refuses a function over the limit and a banned word', () => {
  const long = `int f() {\n${'  g();\n'.repeat(80)}}\n`
  assert.deepEqual(rulesOf('src/sql/a.cpp', long), ['function'])
  assert.deepEqual(rulesOf('src/sql/a.cpp', 'int x = atoi("1");\n'), ['ban'])
})
test('asks for the reason of a silenced check', () => {
  assert.deepEqual(rulesOf('src/sql/a.cpp', 'int x;  // NOLINT(foo)\n'), ['nolint'])
  assert.deepEqual(rulesOf('src/sql/a.cpp', 'int x;  // NOLINT(foo): the C API wants it\n'), [])
})
test('finds the codes of errors, also where the call goes over several lines, and puts the list of the page right', () => {
  const kinds = codesIn(['return fail(ErrorCode::not_found, "org.none", {});\n  x(fail(\n      ErrorCode::invalid,\n      "org.bad_name",', 'fail(ErrorCode::invalid, "a.b2", {}); failed(ErrorCode::invalid, "no.code")'])
  const list = listOf(kinds)
  assert.equal(list, '- invalid: `a.b2`, `org.bad_name`\n- not_found: `org.none`\n')
  const page = (text) => `head\n<!-- error codes: made by tools/lint/error-codes.mjs -->\n${text}<!-- end of error codes -->\ntail\n`
  assert.equal(withList(page('- old\n'), list), page(list))
  assert.equal(withList('no place', list), null)
})
