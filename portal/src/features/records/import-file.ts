// What the import wizard sends: the head of a file to have its headings read, the file itself, a checked file to be written.
import { idempotencyKey, send } from '@/shared/api/client'
import type { Headings, Job } from '@/shared/api/types'

const headBytes = 64 * 1024
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** Heading of the file > field id; '' leaves the column out. */
export type Chosen = Record<string, string>

function kindOf(file: File): string {
  return file.name.toLowerCase().endsWith('.xlsx') ? xlsxType : 'text/csv'
}

/** The whole lines of the first bytes of a CSV; a sheet whole, because a part of it cannot be read. */
async function headOf(file: File): Promise<Blob> {
  if (kindOf(file) === xlsxType || file.size <= headBytes) return file
  const bytes = new Uint8Array(await file.slice(0, headBytes).arrayBuffer())
  const end = bytes.lastIndexOf(10)
  return new Blob([bytes.subarray(0, end < 0 ? bytes.length : end + 1)])
}

export async function readHeadings(dataset: string, file: File): Promise<Headings> {
  const response = await send(`api/v1/datasets/${encodeURIComponent(dataset)}/headings`, { method: 'POST', body: await headOf(file), headers: { 'Content-Type': kindOf(file) } })
  return (await response.json()) as Headings
}

export async function sendFile(dataset: string, file: File, dryRun: boolean, chosen: Chosen): Promise<Job> {
  const query = new URLSearchParams({ dry_run: String(dryRun), name: file.name })
  for (const [heading, field] of Object.entries(chosen)) query.append('map', `${field}:${heading}`)
  const response = await send(`api/v1/datasets/${encodeURIComponent(dataset)}/import?${query.toString()}`, {
    method: 'POST', body: file, headers: { 'Content-Type': kindOf(file), 'Idempotency-Key': idempotencyKey() },
  })
  return (await response.json()) as Job
}

/** True if the server knows every column, none stands twice and none is missing: then there is nothing to choose. */
export function isClear(headings: Headings): boolean {
  const fields = headings.columns.flatMap((column) => (column.field === undefined ? [] : [column.field]))
  return headings.missing.length === 0 && headings.columns.every((column) => column.by !== '') && new Set(fields).size === fields.length
}
