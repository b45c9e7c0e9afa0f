// The title of an organisation by its id, for forms that kept only the id.
import { useQuery } from '@tanstack/react-query'
import { api, data } from './api/client'

export function useOrgTitle(id: string): string | undefined {
  const org = useQuery({ queryKey: ['org', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id } } })), enabled: id !== '', staleTime: 300_000 })
  return org.data?.title
}
