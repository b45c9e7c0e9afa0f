// What the address of a dashboard says: f.<filter>=value, compare=prior, vs.<filter>=value (the other side), drill.<card>=dim~id~title|...
import type { DrillStep } from '@/pack-ui/cards/result'

export const filterPrefix = 'f.'
export const otherPrefix = 'vs.'
export const drillPrefix = 'drill.'
export const orgLevels = ['city', 'district', 'school']

export function readFilters(address: URLSearchParams, prefix = filterPrefix): Record<string, string> {
  return Object.fromEntries([...address].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]))
}

/** The filters of the other side: those of this side, with what it replaces. Another organisation replaces all levels. */
export function otherFilters(filters: Record<string, string>, other: Record<string, string>): Record<string, string> {
  const replaces = Object.keys(other).some((dim) => orgLevels.includes(dim))
  const kept = Object.entries(filters).filter(([dim]) => !(replaces && orgLevels.includes(dim)))
  return { ...Object.fromEntries(kept), ...other }
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
