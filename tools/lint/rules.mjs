// SPDX-License-Identifier: Apache-2.0
// What a program can see of docs/dev/style.md: rooms, sizes, heavy headers, bans. Each finding says what to do instead.
import { readFileSync, readdirSync, statSync, existsSync } from 'node:fs'
import { join, relative } from 'node:path'

const kHeaderLimit = 250
const kSourceLimit = 600
const kFunctionLimit = 70

// Which .cpp files may see a library. A header outside its list is a heavy include that everyone would pay for.
const kLibraries = [
  { match: /^boost\/json/, files: /^src\/json\/[a-z_]+\.cpp$/ },
  { match: /^boost\/(asio|beast|url|system)/, files: /^src\/http\/[a-z_]+\.(cpp|h)$|^bench\/http_[a-z_]+\.(cpp|h)$/ },
  { match: /^boost\//, files: /^src\/(json|http)\// },
  { match: /^yaml-cpp\//, files: /^src\/yaml\/[a-z_]+\.cpp$/ },
  { match: /^sqlite3/, files: /^src\/sql\/|^bench\// },
  { match: /^duckdb/, files: /^src\/sql\/|^bench\// },
  { match: /^libpq/, files: /^src\/sql\// },
  { match: /^(sodium|openssl\/)/, files: /^src\/(crypto|http)\/[a-z_]+\.cpp$/ },
  { match: /^unicode\//, files: /^src\/base\/text[a-z_]*\.cpp$/ },
  { match: /^zlib/, files: /^src\/http\/[a-z_]+\.cpp$/ },
  { match: /^curl\//, files: /^src\/http\/outbound\.cpp$/ },
  { match: /^zip\.h/, files: /^src\/(records|directory|server)\/[a-z_]+\.cpp$/ },
  { match: /^expat/, files: /^src\/(records\/[a-z_]+|events\/cmi5_xml)\.cpp$/ },
  { match: /^xlsxwriter/, files: /^src\/(records|server)\/[a-z_]+\.cpp$/ },
  { match: /^prometheus\//, files: /^src\/server\/[a-z_]+\.cpp$/ },
  { match: /^CLI\//, files: /^src\/server\/[a-z_]+\.cpp$/ },
  { match: /^(spdlog|fmt)\//, files: /^src\/base\/[a-z_]+\.cpp$/ },
  { match: /^(iostream|regex)$/, files: /^(bench|tests)\/|_test\.cpp$|^src\/server\/|^src\/json\/describe\.cpp$|^src\/http\/parameter\.(h|cpp)$/ },
]

// Words that do not stand in our code, with what to use.
const kBans = [
  { match: /\bstd::(cout|cerr)\b/, files: /^src\//, say: 'write to the log (base/log.h) or, in server/, to the terminal by its own file' },
  { match: /\bassert\(/, files: /^src\//, say: 'return an Error; static_assert is fine' },
  { match: /\b(rand|srand|gmtime|localtime|strtok|sprintf|strcpy|atoi|atof)\(/, files: /^src\/(?!.*_test\.cpp$)/, say: 'use <random>, base/time.h, std::from_chars' },
  { match: /\bnew [A-Z]/, files: /^src\//, say: 'use std::make_unique, or say why beside it with "// owned by"', unless: /owned by|unique_ptr|shared_ptr/ },
  { match: /system_clock::now\(\)/, files: /^src\/(?!base\/)/, say: 'take a Clock (base/time.h)' },
  { match: /std::this_thread::sleep/, files: /_test\.cpp$/, say: 'wait for the event itself' },
  { match: /^using namespace\b/, files: /^src\/.*\.h$/, say: 'name what you use' },
  { match: /\bco_(await|return|yield)\b/, files: /^src\/(?!http\/)/, say: 'coroutines live in http/ only' },
  { match: /\b(TODO|FIXME|XXX|HACK)\b/, files: /^(src|bench|tests|portal\/src|tools)\//, say: 'do it, or write it into the issue' },
  { match: /\bunscoped_[a-z_]+\(/, files: /^src\/api\//, say: 'api answers people: use the scoped reader' },
  { match: /青岛|370[0-9]{3}/, files: /^src\/(?!.*_test\.cpp$)|^portal\/src\//, say: 'code never names a city: it belongs in a scene pack or the demonstration data' },
]

const kNoLintReason = /NOLINT(?!END)[A-Z]*(\([^)]*\))?(?!.*[:;—-] *\w{3})/

export function filesOf(root) {
  const out = []
  const skip = new Set(['node_modules', 'build', 'dist', '.git', 'data', 'golden'])
  const walk = (dir) => {
    for (const name of readdirSync(dir)) {
      if (skip.has(name)) continue
      const path = join(dir, name)
      if (statSync(path).isDirectory()) walk(path)
      else out.push(relative(root, path))
    }
  }
  for (const top of ['src', 'bench', 'tests', 'tools', 'portal/src', 'cmake']) if (existsSync(join(root, top))) walk(join(root, top))
  return out.sort()
}

export function readRooms(root) {
  const rooms = new Map()
  for (const line of readFileSync(join(root, 'src/rooms.txt'), 'utf8').split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue
    const [room, allowed] = line.split(':')
    rooms.set(room.trim(), new Set(allowed.trim().split(/\s+/).filter(Boolean)))
  }
  return rooms
}

const isCpp = (file) => /\.(h|cpp)$/.test(file)

export function checkFile(file, text, rooms) {
  const findings = []
  const lines = text.split('\n')
  const add = (line, rule, say) => findings.push({ file, line, rule, say })
  if (isCpp(file)) {
    if (!lines[0].startsWith('// SPDX-License-Identifier: Apache-2.0')) add(1, 'spdx', 'the first line is // SPDX-License-Identifier: Apache-2.0')
    const limit = file.endsWith('.h') ? kHeaderLimit : kSourceLimit
    if (lines.length > limit) add(lines.length, 'size', `${lines.length} lines, limit ${limit}: split by subject`)
    if (file.endsWith('.h') && !lines.slice(0, 40).some((l) => l === '#pragma once')) add(1, 'pragma', 'a header begins with its purpose and #pragma once')
    checkIncludes(file, lines, rooms, add)
    checkFunctions(file, lines, add)
  }
  lines.forEach((line, i) => {
    if (/^\s*\/\//.test(line) && !/TODO|FIXME/.test(line)) return
    for (const ban of kBans) {
      if (ban.files.test(file) && !file.startsWith('tools/lint/') && ban.match.test(line) && !(ban.unless && ban.unless.test(line))) add(i + 1, 'ban', `${line.trim().slice(0, 60)}: ${ban.say}`)
    }
    if (isCpp(file) && kNoLintReason.test(line)) add(i + 1, 'nolint', 'a silenced check needs its reason behind it: // NOLINT(check): why')
  })
  return findings
}

function checkIncludes(file, lines, rooms, add) {
  const room = (file.match(/^src\/([a-z]+)\//) || [])[1]
  lines.forEach((line, i) => {
    const include = line.match(/^#include ["<]([^">]+)[">]/)
    if (!include) return
    const target = include[1]
    const targetRoom = (target.match(/^([a-z]+)\//) || [])[1]
    if (room && line.includes('"') && targetRoom && rooms.has(targetRoom) && targetRoom !== room) {
      if (!rooms.get(room)?.has(targetRoom)) add(i + 1, 'room', `room ${room} may not include ${target}: src/rooms.txt (a new arrow is an ADR)`)
    }
    if (line.includes('<')) {
      for (const library of kLibraries) {
        if (library.match.test(target)) {
          if (!library.files.test(file)) add(i + 1, 'heavy', `<${target}> may be seen only in ${library.files}`)
          break
        }
      }
    }
  })
}

// A function is a block that opens at a line ending in '{' whose head has ')' and closes at the same indentation.
function checkFunctions(file, lines, add) {
  for (let i = 0; i < lines.length; ++i) {
    const head = lines[i].match(/^( {0,4})\S.*\)\s*(const\s*)?(noexcept\s*)?(override\s*)?(->\s*[\w:<>&* ]+)?\s*\{$/)
    if (!head || /^\s*(\}|if|for|while|switch|else|do|namespace|TEST_CASE)\b/.test(lines[i]) || lines[i].includes('TEST_CASE')) continue
    const close = `${head[1]}}`
    const end = lines.findIndex((line, at) => at > i && line.startsWith(close))
    if (end > 0 && end - i + 1 > kFunctionLimit) add(i + 1, 'function', `${end - i + 1} lines, limit ${kFunctionLimit}: give its parts names`)
  }
}
