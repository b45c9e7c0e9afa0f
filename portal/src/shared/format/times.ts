import dayjs from 'dayjs'

/** An ISO instant in local time, to the minute. */
export function formatTime(at?: string): string {
  return at ? dayjs(at).format('YYYY-MM-DD HH:mm') : ''
}

export function formatDate(at?: string): string {
  return at ? dayjs(at).format('YYYY-MM-DD') : ''
}
