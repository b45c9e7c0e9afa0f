// A small XLSX file in the browser: sheets of text and numbers, stored without compression. Text is written as strings and is never evaluated.

export type SheetCell = string | number | null | undefined
export type Sheet = { name: string; rows: SheetCell[][] }

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** Numbers as bytes, the low byte first: [value, length] after [value, length]. */
function little(...parts: [number, number][]): Uint8Array {
  return Uint8Array.from(parts.flatMap(([value, n]) => Array.from({ length: n }, (_, i) => (value >>> (8 * i)) & 0xff)))
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** A zip of stored files (APPNOTE 4.3), with the fixed date 1980-01-01: the same content gives the same bytes. */
export function zipOf(files: { name: string; text: string }[]): Uint8Array<ArrayBuffer> {
  const encode = new TextEncoder()
  const bodies: Uint8Array[] = []
  const heads: Uint8Array[] = []
  let at = 0
  for (const file of files) {
    const name = encode.encode(file.name)
    const body = encode.encode(file.text)
    const common: [number, number][] = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(body), 4], [body.length, 4], [body.length, 4], [name.length, 2], [0, 2]]
    const local = joined([little([0x04034b50, 4], ...common), name, body])
    heads.push(joined([little([0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), name]))
    bodies.push(local)
    at += local.length
  }
  const directory = joined(heads)
  return joined([...bodies, directory, little([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [directory.length, 4], [at, 4], [0, 2])])
}

const escaped = (text: string) =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function cellXml(cell: SheetCell): string {
  if (cell === null || cell === undefined) return '<c/>'
  return typeof cell === 'number' ? `<c><v>${cell}</v></c>` : `<c t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const rels = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'

export function toXlsx(sheets: Sheet[]): Uint8Array<ArrayBuffer> {
  const numbered = sheets.map((sheet, i) => ({ ...sheet, id: i + 1 }))
  const type = (part: string, kind: string) => `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`
  return zipOf([
    { name: '[Content_Types].xml', text: `${head}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${type('/xl/workbook.xml', 'sheet.main')}${numbered.map(({ id }) => type(`/xl/worksheets/sheet${id}.xml`, 'worksheet')).join('')}</Types>` },
    { name: '_rels/.rels', text: `${head}<Relationships xmlns="${packaged}/relationships"><Relationship Id="r1" Type="${rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>` },
    { name: 'xl/workbook.xml', text: `${head}<workbook xmlns="${main}" xmlns:r="${rels}"><sheets>${numbered.map(({ id, name }) => `<sheet name="${escaped(name).replace(/[\\/?*:[\]"]/g, ' ').slice(0, 31)}" sheetId="${id}" r:id="s${id}"/>`).join('')}</sheets></workbook>` },
    { name: 'xl/_rels/workbook.xml.rels', text: `${head}<Relationships xmlns="${packaged}/relationships">${numbered.map(({ id }) => `<Relationship Id="s${id}" Type="${rels}/worksheet" Target="worksheets/sheet${id}.xml"/>`).join('')}</Relationships>` },
    ...numbered.map(({ id, rows }) => ({ name: `xl/worksheets/sheet${id}.xml`, text: `${head}<worksheet xmlns="${main}"><sheetData>${rows.map((row) => `<row>${row.map(cellXml).join('')}</row>`).join('')}</sheetData></worksheet>` })),
  ])
}
