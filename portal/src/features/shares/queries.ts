// What the pages on shared data ask for.
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { Share } from '@/shared/api/types'
import { day_ms } from '@/shared/format/times'

export type ShareView = 'held' | 'given'

export function useShares(view: ShareView) {
  return useQuery({ queryKey: ['shares', view], queryFn: () => data(api.GET('/api/v1/shares', { params: { query: { view } } })) })
}

export function useShareKeys(share: string) {
  return useQuery({ queryKey: ['share-keys', share], queryFn: () => data(api.GET('/api/v1/shares/{share}/keys', { params: { path: { share } } })) })
}

/** Whole days that are left until an instant; 0 on the last day and after it. */
export function daysLeft(until: string, now_ms: number): number {
  return Math.max(0, Math.floor((Date.parse(until) - now_ms) / day_ms))
}

/** The command that reads the first page of a share, or asks for its figures. */
export function curlLine(address: string, share: Pick<Share, 'id' | 'way'>, secret: string): string {
  const at = `${address}api/v1/shared/${share.id}`
  if (share.way === 'figures') return `curl -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' -d '{"metrics": ["…"], "by": ["school"]}' '${at}/figures'`
  return `curl -H 'Authorization: Bearer ${secret}' '${at}/rows?limit=100'`
}
