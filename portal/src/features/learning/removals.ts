// Orders to remove learning records, as the page asks for and gives them.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { LearningErasureIn, LearningPurgeIn, LearningRemoval } from '@/shared/api/types'

export const removalKey = ['learning-removals'] as const

/** Counts first, then orders: what was counted stands until the question changes. */
export function useErasure() {
  return useOrder((body: LearningErasureIn) => data(api.POST('/api/v1/learning/erasures', { body })))
}
export function usePurge() {
  return useOrder((body: LearningPurgeIn) => data(api.POST('/api/v1/learning/purges', { body })))
}

function useOrder<In extends { dry_run?: boolean }, Out>(ask: (body: In) => Promise<Out>) {
  const cache = useQueryClient()
  const count = useMutation({ mutationFn: (body: Omit<In, 'dry_run'>) => ask({ ...body, dry_run: true } as In) })
  const order = useMutation({
    mutationFn: (body: Omit<In, 'dry_run'>) => ask({ ...body, dry_run: false } as In),
    onSuccess: () => {
      count.reset()
      return cache.invalidateQueries({ queryKey: removalKey })
    },
  })
  const reset = () => {
    count.reset()
    order.reset()
  }
  return { count, order, reset }
}

/** How far the statements of an order are, 0 to 100; what follows them is short. */
export function percentOf(removal: Pick<LearningRemoval, 'state' | 'n_expected' | 'counts'>): number {
  if (removal.state === 'done') return 100
  if (removal.state !== 'statements' || removal.n_expected === 0) return 95
  return Math.min(90, Math.floor((removal.counts.n_statements * 90) / removal.n_expected))
}
