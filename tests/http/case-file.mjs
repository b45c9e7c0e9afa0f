// SPDX-License-Identifier: Apache-2.0
// Reads text cases; the format is in docs/dev/cases.md.
import { deflateRawSync } from 'node:zlib'

// [{title, where, lines}]
export function parse(text, name) {
  const cases = []
  text.split('\n').forEach((line, at) => {
    if (line.startsWith('== ')) cases.push({ title: line.slice(3).trim(), where: `${name}:${at + 1}`, lines: [] })
    else if (cases.length > 0) cases.at(-1).lines.push(line)
    else if (line.trim() && !line.startsWith('#')) throw new Error(`${name}:${at + 1}: a case begins with "== sentence"`)
  })
  return cases
}

// The case with its variables filled in.
export function caseOf({ title, where, lines }, known) {
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, variable) => known.get(variable) ?? whole)
  const one = { title, where, as: 'nobody', headers: {}, files: [], expectedHeaders: [], matches: [], absent: [], sets: [] }
  const body = []
  const expected = []
  let behind = false // the arrow
  for (const raw of lines.filter((line) => !line.startsWith('#'))) {
    const line = fill(raw)
    const [, word, rest] = /^(\S+) ?(.*)$/.exec(line) ?? []
    if (line.startsWith('| ') || line === '|') one.files.at(-1).text += `${line.slice(2)}\n`
    else if (behind) readAnswer(one, line, word, rest, expected)
    else if (word === '->') (behind = true), (one.status = Number(rest))
    else if (word === 'file') one.files.push({ path: rest.trim(), text: '' })
    else if (word === '$') one.command = rest.trim().split(/\s+/)
    else if (!one.method && word === 'as') one.as = rest.trim()
    else if (!one.method && /^[A-Z]+$/.test(word ?? '')) [one.method, one.path] = [word, rest.trim()]
    else if (one.method && body.length === 0 && /^[a-z-]+: /.test(line)) one.headers[line.split(': ')[0]] = line.slice(line.indexOf(': ') + 2)
    else if (line.trim() || body.length > 0) body.push(line)
  }
  if (Number.isNaN(one.status ?? NaN) || (!one.method && !one.command)) throw new Error(`${where}: a case has a request or a command, and "-> status"`)
  const text = body.join('\n').trim()
  if (text) one.body = text.startsWith('@') ? bytesOf(text) : text
  if (expected.length > 0) one.expected = JSON.parse(expected.join('\n'))
  return one
}

function readAnswer(one, line, word, rest, expected) {
  const header = /^([a-z-]+) = (.*)$/.exec(line)
  if (word === '~') one.matches.push(rest)
  else if (word === '!~') one.absent.push(rest)
  else if (word === 'set') one.sets.push(rest.split(' = ').map((part) => part.trim()))
  else if (header) one.expectedHeaders.push([header[1], header[2]])
  else if (line.trim()) expected.push(line)
}

function bytesOf(text) {
  const [, word, rest] = /^@(\w+)\s?([\s\S]*)$/.exec(text)
  switch (word) {
    case 'bytes': {
      const [, n, unit] = /^(\d+) ([\s\S]*)$/.exec(rest)
      return unit.repeat(Number(n))
    }
    case 'hex': return Buffer.from(rest.replace(/\s/g, ''), 'hex')
    case 'utf16': return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(rest, 'utf16le')])
    case 'empty': return Buffer.alloc(0)
    case 'csv': return `${rest}\n`
    case 'xlsx_bomb': return bomb()
    default: throw new Error(`there is no @${word}`)
  }
}

// A zip with one entry that says little and unpacks to much.
export function bomb(size = 300 << 20) {
  const name = Buffer.from('xl/worksheets/sheet1.xml')
  const packed = deflateRawSync(Buffer.alloc(size, 0x20))
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(size, 22)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(20, 4)
  central.writeUInt16LE(20, 6)
  central.writeUInt16LE(8, 10)
  central.writeUInt32LE(packed.length, 20)
  central.writeUInt32LE(size, 24)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + name.length, 12)
  end.writeUInt32LE(local.length + name.length + packed.length, 16)
  return Buffer.concat([local, name, packed, central, name, end])
}

// Where `found` lacks something of `wanted`; '' if it has all of it.
export function subset(wanted, found, path = '$') {
  if (wanted === '*') return found === undefined ? `${path} is missing` : ''
  if (typeof wanted === 'string' && /^\/.*\/$/s.test(wanted)) return new RegExp(wanted.slice(1, -1)).test(String(found)) ? '' : `${path} is ${JSON.stringify(found)}, expected ${wanted}`
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return `${path} is no list`
    if (wanted.length === 0 && found.length > 0) return `${path} is not empty`
    return wanted.map((item, i) => (found.some((one) => subset(item, one) === '') ? '' : `${path} has no element like ${JSON.stringify(item)} (${i})`)).find(Boolean) ?? ''
  }
  if (wanted !== null && typeof wanted === 'object') {
    if (found === null || typeof found !== 'object') return `${path} is ${JSON.stringify(found)}`
    return Object.entries(wanted).map(([key, value]) => subset(value, found[key], `${path}.${key}`)).find(Boolean) ?? ''
  }
  return wanted === found ? '' : `${path} is ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`
}
