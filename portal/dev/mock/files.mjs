// CSV both ways, and the smallest XLSX that spreadsheets open (a zip of stored parts).
import { crc32 } from 'node:zlib'

export function parseCsv(text) {
  const rows = [[]]
  let cell = ''
  let quoted = false
  const source = text.replace(/^\uFEFF/, '')
  for (let i = 0; i < source.length; i += 1) {
    const c = source[i]
    if (quoted) {
      if (c === '"' && source[i + 1] === '"') { cell += '"'; i += 1 } else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === ',') { rows.at(-1).push(cell); cell = '' } else if (c === '\n') { rows.at(-1).push(cell.replace(/\r$/, '')); cell = ''; rows.push([]) } else cell += c
  }
  rows.at(-1).push(cell)
  return rows.filter((row) => row.some((value) => value !== ''))
}

export const csv = (rows) => `\uFEFF${rows.map((row) => row.map((value) => (/[",\n]/.test(String(value ?? '')) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''))).join(',')).join('\r\n')}\r\n`

export function xlsx(rows) {
  const escape = (text) => String(text ?? '').replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c])
  const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows.map((row) => `<row>${row.map((value) => `<c t="inlineStr"><is><t>${escape(value)}</t></is></c>`).join('')}</row>`).join('')}</sheetData></worksheet>`
  return zip({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    '_rels/.rels': '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    'xl/workbook.xml': '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="data" sheetId="1" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': sheet,
  })
}

function zip(parts) {
  const bodies = []
  const index = []
  let offset = 0
  for (const [name, text] of Object.entries(parts)) {
    const body = Buffer.from(text)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0); head.writeUInt32LE(crc32(body), 10); head.writeUInt32LE(body.length, 14); head.writeUInt32LE(body.length, 18); head.writeUInt16LE(Buffer.byteLength(name), 22)
    bodies.push(Buffer.from('PK\x03\x04'), head, Buffer.from(name), body)
    const entry = Buffer.alloc(14)
    entry.writeUInt32LE(offset, 10)
    index.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, entry, Buffer.from(name))
    offset += 30 + Buffer.byteLength(name) + body.length
  }
  const central = Buffer.concat(index)
  const end = Buffer.alloc(18)
  const n = Object.keys(parts).length
  end.writeUInt16LE(n, 4); end.writeUInt16LE(n, 6); end.writeUInt32LE(central.length, 8); end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, central, Buffer.from('PK\x05\x06'), end])
}
