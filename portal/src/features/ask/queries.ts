// What the page of questions asks of the server. A thread is kept here while the page stands; the server keeps the history.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { AskQuery } from '@/shared/api/types'

export function ask(question: string, previous?: AskQuery) {
  return data(api.POST('/api/v1/ask', { body: previous === undefined ? { question } : { question, previous } }))
}

export function useVocabulary(enabled = true) {
  return useQuery({ queryKey: ['ask-vocabulary'], queryFn: () => data(api.GET('/api/v1/ask/vocabulary')), staleTime: 300_000, enabled })
}

export function useExamples() {
  return useQuery({ queryKey: ['ask-examples'], queryFn: () => data(api.GET('/api/v1/ask/examples')), staleTime: 300_000 })
}

export const historyKey = ['ask-history'] as const

/** Changes of one's history, and of what stands in it. */
export function useHistoryChange() {
  const cache = useQueryClient()
  const onSuccess = () => cache.invalidateQueries({ queryKey: historyKey })
  const change = useMutation({ mutationFn: ({ id, ...body }: { id: string; saved?: boolean; shared?: boolean }) => api.PATCH('/api/v1/ask/history/{id}', { params: { path: { id } }, body }), onSuccess })
  const remove = useMutation({ mutationFn: (id: string) => api.DELETE('/api/v1/ask/history/{id}', { params: { path: { id } } }), onSuccess })
  const clear = useMutation({ mutationFn: () => api.DELETE('/api/v1/ask/history'), onSuccess })
  return { change, remove, clear }
}
