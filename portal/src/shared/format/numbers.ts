// Figures as people read them. A share arrives as 0..1 with unit '%' or as a percentage; the unit tells which.
import { currentLanguage } from '../i18n'

export function formatNumber(value: number, maxDigits = 2): string {
  return new Intl.NumberFormat(currentLanguage() === 'en' ? 'en' : 'zh-CN', { maximumFractionDigits: maxDigits }).format(value)
}

/** A figure with exactly so many digits after the point. */
export function formatFixed(value: number, digits: number): string {
  return new Intl.NumberFormat(currentLanguage() === 'en' ? 'en' : 'zh-CN', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** A rate 0..1 as a percentage with one digit. */
export function formatRate(rate: number): string {
  return new Intl.NumberFormat(currentLanguage() === 'en' ? 'en' : 'zh-CN', { style: 'percent', maximumFractionDigits: 1 }).format(rate)
}

/** Latin unit signs stand at the figure, words after a space. */
export function withUnit(text: string, unit?: string): string {
  if (!unit) return text
  return unit === '%' || unit === '‰' ? `${text}${unit}` : `${text} ${unit}`
}
