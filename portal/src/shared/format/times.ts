// Times as the city's clock shows them, wherever the reader's own clock stands: the server counts days, deadlines and school years by it (src/base/city_time.h).
export const day_ms = 86_400_000
export const cityOffset_ms = 8 * 3_600_000 // of the city's clock from UTC

/** The city's clock, to `length` characters of "2026-09-01 08:00:00". */
function cityClock(at_ms: number, length: number): string {
  return new Date(at_ms + cityOffset_ms).toISOString().replace('T', ' ').slice(0, length)
}

function shown(at: string | undefined, length: number): string {
  if (!at) return ''
  const at_ms = Date.parse(at)
  return Number.isNaN(at_ms) ? at : cityClock(at_ms, length)
}

/** An ISO instant to the minute. */
export function formatTime(at?: string): string {
  return shown(at, 16)
}

/** The day of an ISO instant, or an ISO date as it is. */
export function formatDate(at?: string): string {
  return shown(at, 10)
}

/** The city's day that many days from today, as the API writes dates. */
export function dayFromNow(days: number): string {
  return cityClock(Date.now() + days * day_ms, 10)
}

/** The city's day, as the API writes dates. */
export function today(): string {
  return dayFromNow(0)
}

/** Whether what is typed is a year of four digits. */
export function isYear(text: string): boolean {
  return /^[1-9]\d{3}$/.test(text)
}

export function thisYear(): number {
  return Number(today().slice(0, 4))
}
