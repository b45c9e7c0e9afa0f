// Colours of charts on paper, on dark paper (by choice, as in shared/dark.css) and on a dark wall. Okabe and Ito's hues, moved until each holds 3:1 on its ground; shapes of points differ as well.
import { usePrefs } from '@/shared/prefs'

export type Ink = { text: string; soft: string; line: string; ground: string; colours: string[]; size: number }

export const symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow', 'emptyCircle']

const paper: Ink = {
  text: '#1b1f27', soft: '#454b57', line: '#e3e7ee', ground: '#ffffff', size: 12,
  colours: ['#0b57d0', '#b35900', '#00735c', '#8f2d6b', '#5a5f00', '#3d3d8f', '#a3371c', '#4a4f57'],
}
const night: Ink = {
  text: '#e6e9ef', soft: '#b9c0cc', line: '#343c4a', ground: '#1a1f29', size: 12,
  colours: ['#8ab4f8', '#f5a623', '#3fd6b0', '#f08fc4', '#d6db5a', '#b3a6ff', '#ff8f73', '#c3cbd9'],
}
const wall: Ink = {
  text: '#eaf1ff', soft: '#b9c7e3', line: '#27406f', ground: '#0c1c3d', size: 14,
  colours: ['#5aa9ff', '#ffb454', '#3fd6b0', '#f08fc4', '#d6db5a', '#b3a6ff', '#ff8f73', '#c3cbd9'],
}

export function inkOf(ground: 'paper' | 'night' | 'wall'): Ink {
  return { paper, night, wall }[ground]
}

/** The colours of where a chart stands: a wall, or the page as the reader likes it. */
export function useInk(onWall: boolean | undefined): Ink {
  const { dark } = usePrefs()
  return inkOf(onWall ? 'wall' : dark ? 'night' : 'paper')
}

/** What all charts share: type, colours, no animation for those who ask for none. */
export function baseOptions(ink: Ink, still: boolean): Record<string, unknown> {
  return { animation: !still, color: ink.colours, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink.text, fontSize: ink.size } }
}

export function tooltipOf(ink: Ink): Record<string, unknown> {
  return { confine: true, backgroundColor: ink.ground, borderColor: ink.line, textStyle: { color: ink.text } }
}

export function legendOf(ink: Ink): Record<string, unknown> {
  return { top: 0, type: 'scroll', textStyle: { color: ink.text }, pageTextStyle: { color: ink.text }, pageIconColor: ink.soft }
}
