// One hue from light to dark with readable text on each step; safe for colour-blind readers because only lightness carries order.
import { usePrefs } from '@/shared/prefs'

const steps = [
  { ground: '#eaf1fd', text: '#1b1f27' },
  { ground: '#c3d8f9', text: '#1b1f27' },
  { ground: '#8fb6f0', text: '#1b1f27' },
  { ground: '#2a66cc', text: '#ffffff' },
  { ground: '#0a3f97', text: '#ffffff' },
] as const

// On dark ground light means more.
const darkSteps = [
  { ground: '#14305f', text: '#eaf1ff' },
  { ground: '#1d4a94', text: '#eaf1ff' },
  { ground: '#2464c8', text: '#ffffff' },
  { ground: '#6fb1ff', text: '#06122b' },
  { ground: '#bfe0ff', text: '#06122b' },
] as const

const hiddenShade = { ground: '#eceef2', text: '#454b57' }
const hiddenOnDark = { ground: '#2b3240', text: '#d3d9e3' }

export type Shade = { ground: string; text: string }

/** The step of a value between the smallest and the largest; equal values share the middle. */
export function shadeOf(value: number | null, min: number, max: number, dark = false): Shade {
  if (value === null) return dark ? hiddenOnDark : hiddenShade
  const share = max > min ? (value - min) / (max - min) : 0.5
  return (dark ? darkSteps : steps)[Math.min(steps.length - 1, Math.floor(share * steps.length))] ?? hiddenShade
}

/** Whether a picture stands on dark ground: a wall, or a page in dark colours. */
export function useDarkGround(onWall: boolean | undefined): boolean {
  return usePrefs().dark || onWall === true
}

export function rangeOf(values: (number | null)[]): { min: number; max: number } {
  const known = values.filter((value): value is number => value !== null)
  return known.length === 0 ? { min: 0, max: 0 } : { min: Math.min(...known), max: Math.max(...known) }
}
