// What the address of a dashboard says: f.<filter>=value, compare=prior, drill.<card>=dim~id~title|...
import type { DrillStep } from '@/pack-ui/cards/result'

export const filterPrefix = 'f.'
export const drillPrefix = 'drill.'

export function readFilters(address: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...address].filter(([key]) => key.startsWith(filterPrefix)).map(([key, value]) => [key.slice(filterPrefix.length), value]))
}

export function readDrill(address: URLSearchParams, card: string): DrillStep[] {
  const text = address.get(drillPrefix + card)
  if (text === null) return []
  return text.split('|').flatMap((step) => {
    const [dim, id, title] = step.split('~').map(decodeURIComponent)
    return dim !== undefined && id !== undefined && title !== undefined ? [{ dim, id, title }] : []
  })
}

export function printDrill(path: DrillStep[]): string | undefined {
  if (path.length === 0) return undefined
  return path.map((step) => [step.dim, step.id, step.title].map((part) => encodeURIComponent(part).replaceAll('~', '%7E')).join('~')).join('|')
}
