// One hue from light to dark with readable text on each step; safe for colour-blind readers because only lightness carries order.
const steps = [
  { ground: '#eaf1fd', text: '#1b1f27' },
  { ground: '#c3d8f9', text: '#1b1f27' },
  { ground: '#8fb6f0', text: '#1b1f27' },
  { ground: '#2a66cc', text: '#ffffff' },
  { ground: '#0a3f97', text: '#ffffff' },
] as const

// On a wall light means more.
const wallSteps = [
  { ground: '#14305f', text: '#eaf1ff' },
  { ground: '#1d4a94', text: '#eaf1ff' },
  { ground: '#2464c8', text: '#ffffff' },
  { ground: '#6fb1ff', text: '#06122b' },
  { ground: '#bfe0ff', text: '#06122b' },
] as const

export const hiddenShade = { ground: '#eceef2', text: '#454b57' }

export type Shade = { ground: string; text: string }

/** The step of a value between the smallest and the largest; equal values share the middle. */
export function shadeOf(value: number | null, min: number, max: number, dark = false): Shade {
  if (value === null) return hiddenShade
  const share = max > min ? (value - min) / (max - min) : 0.5
  return (dark ? wallSteps : steps)[Math.min(steps.length - 1, Math.floor(share * steps.length))] ?? hiddenShade
}

export function rangeOf(values: (number | null)[]): { min: number; max: number } {
  const known = values.filter((value): value is number => value !== null)
  return known.length === 0 ? { min: 0, max: 0 } : { min: Math.min(...known), max: Math.max(...known) }
}
