import dayjs from 'dayjs'

/** An ISO instant in local time, to the minute. */
export function formatTime(at?: string): string {
  return at ? dayjs(at).format('YYYY-MM-DD HH:mm') : ''
}

export function formatDate(at?: string): string {
  return at ? dayjs(at).format('YYYY-MM-DD') : ''
}

/** Today in local time, as the API writes dates. */
export function today(): string {
  return dayjs().format('YYYY-MM-DD')
}
