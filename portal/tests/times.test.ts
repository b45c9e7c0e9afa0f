import { afterEach, describe, expect, it, vi } from 'vitest'
import { dayFromNow, formatDate, formatTime, thisYear, today } from '@/shared/format/times'

// Half past midnight of New Year in the city, still the old year for UTC.
const newYear = '2026-12-31T16:30:00.123456Z'

describe('times', () => {
  afterEach(() => { vi.useRealTimers() })

  it('shows the city\'s clock, not the reader\'s', () => {
    expect(formatTime(newYear)).toBe('2027-01-01 00:30')
    expect(formatDate(newYear)).toBe('2027-01-01')
  })

  it('shows a day as it is, nothing for nothing, and what is no time as it came', () => {
    expect(formatDate('2026-09-01')).toBe('2026-09-01')
    expect(formatTime(undefined)).toBe('')
    expect(formatTime('soon')).toBe('soon')
  })

  it('counts days and years by the city\'s clock', () => {
    vi.useFakeTimers({ now: new Date(newYear) })
    expect(today()).toBe('2027-01-01')
    expect(dayFromNow(31)).toBe('2027-02-01')
    expect(thisYear()).toBe(2027)
  })
})
