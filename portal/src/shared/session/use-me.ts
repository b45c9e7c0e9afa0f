// Who is signed in. `me` is null when nobody is; server state lives in the query cache only.
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { api, ApiError, data } from '../api/client'
import type { Me } from '../api/types'
import { forgetDrafts } from '../draft'

export const meKey = ['me']

async function readMe(): Promise<Me | null> {
  try {
    return await data(api.GET('/api/v1/me'))
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401) return null
    throw error
  }
}

export function useMe() {
  return useQuery({ queryKey: meKey, queryFn: readMe, staleTime: 60_000 })
}

/** True when the signed-in person holds the right, for example 'datasets.import', or one of several. */
export function useRight(right: string | string[]): boolean {
  const rights = useMe().data?.rights ?? []
  return [right].flat().some((one) => rights.includes(one))
}

/** Puts another person in place: nothing that was read for the former one stays. The query of `me` is kept, because the frame watches it. */
export function replaceMe(cache: QueryClient, me: Me | null): void {
  cache.removeQueries({ predicate: (query) => query.queryKey[0] !== meKey[0] })
  if (cache.getQueryData<Me | null>(meKey)?.account !== me?.account) forgetDrafts()
  cache.setQueryData(meKey, me)
}

export function useSignIn() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: { account: string; password: string }) => data(api.POST('/api/v1/session', { body })),
    onSuccess: (session) => replaceMe(cache, session.me),
  })
}

export function useSignOut() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => api.DELETE('/api/v1/session'),
    onSettled: () => replaceMe(cache, null),
  })
}
