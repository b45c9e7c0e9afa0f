// Learning records as the pages ask for them: what stands in the address is the question; pages follow by cursor and may come short.
import { useInfiniteQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { LearningFilter, LearningRecord } from '@/shared/api/types'

export const filterNames = ['q', 'from', 'to', 'result', 'person', 'org', 'key', 'verb', 'activity', 'type', 'platform'] as const

/** What the address asks for; anything else in it is left alone. */
export function filterOf(address: URLSearchParams): LearningFilter {
  return Object.fromEntries(filterNames.flatMap((name) => (address.get(name) ? [[name, address.get(name)]] : [])))
}

/** The stream of the reader's scope. */
export function useRecords(filter: LearningFilter) {
  return useInfiniteQuery({
    queryKey: ['learning', filter],
    queryFn: ({ pageParam }) => data(api.GET('/api/v1/learning/statements', { params: { query: { ...filter, after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
}

/** What is known in one piece: two organisations may use the same id. */
export function keyOf(record: LearningRecord): string {
  return `${record.id} ${record.tool.org?.id ?? ''}`
}

/** "PT1H2M3.5S" is 1:02:04; what is no such time is shown as it is. */
export function durationText(iso: string): string {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(iso)
  if (found === null) return iso
  const whole = Math.round(Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0))
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}
