import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data } from '../api/client'
import type { HeldRole } from '../api/types'
import { replaceMe } from './use-me'

/** Goes on under one of the roles that the account holds, or (null) under all. Nothing read under the former role stays. */
export function useActAs() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (role: HeldRole | null) => data(api.PUT('/api/v1/session/acting', { body: role === null ? {} : { role: role.role, org: role.org.id } })),
    onSuccess: (me) => replaceMe(cache, me),
  })
}
