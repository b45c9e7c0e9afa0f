import { send } from './api/client'

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

export function saveText(text: string, name: string, type = 'text/csv;charset=utf-8'): void {
  save(new Blob([text], { type }), name)
}

export function saveBytes(bytes: Uint8Array<ArrayBuffer>, name: string, type: string): void {
  save(new Blob([bytes], { type }), name)
}

/** File name of an answer: filename* before filename before the fallback. */
export function fileName(disposition: string | null, fallback: string): string {
  const wide = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1]
  if (wide) return decodeURIComponent(wide)
  return disposition?.match(/filename="?([^";]+)"?/i)?.[1] ?? fallback
}

/** Fetches a file below the base and hands it to the browser; a refusal throws ApiError. */
export async function downloadFile(path: string, fallback: string): Promise<void> {
  const response = await send(path)
  save(await response.blob(), fileName(response.headers.get('Content-Disposition'), fallback))
}
