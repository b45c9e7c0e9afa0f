// What the pages on services ask for, and how a change of a case comes back into what was asked.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, data } from '@/shared/api/client'
import type { Case, CaseHead, Flow } from '@/shared/api/types'

const awaited_ms = 5_000 // how often a case is read that goes on by itself once a department has answered

export function useFlows() {
  return useQuery({ queryKey: ['flows'], queryFn: () => data(api.GET('/api/v1/flows')), staleTime: 300_000 })
}

export function readCase(id: string): Promise<Case> {
  return data(api.GET('/api/v1/cases/{case}', { params: { path: { case: id } } }))
}

export function useCase(id: string) {
  return useQuery({ queryKey: ['case', id], queryFn: () => readCase(id), enabled: id !== '', refetchInterval: ({ state }) => ((state.data?.awaits.length ?? 0) > 0 ? awaited_ms : false) })
}

/** What was done with a case; read anew when the case has gone on. */
export function useSteps(id: string, seq: number) {
  return useQuery({ queryKey: ['case-steps', id, seq], queryFn: () => data(api.GET('/api/v1/cases/{case}/history', { params: { path: { case: id } } })), placeholderData: (old) => old })
}

export type CaseView = 'waiting' | 'opened'
/** What a work-list is narrowed by, beside the service. */
export type WorkFilter = { lamp?: 'yellow' | 'red' | 'late'; waits_longer?: number; opened_from?: string; opened_until?: string; q?: string }
export function readCases(view: CaseView, flow: string | undefined, after: string | undefined, limit?: number, filter: WorkFilter = {}) {
  return data(api.GET('/api/v1/cases', { params: { query: { view, flow, after, limit, ...filter } } }))
}

/** The first cases of a view; the lists proper are read page by page. */
export function useFirstCases(view: CaseView, flow?: string) {
  return useQuery({ queryKey: ['cases', view, flow ?? '', 'first'], queryFn: () => readCases(view, flow, undefined, 50) })
}

/** Puts a case that a change gave into place, and lets lists and its history be read anew. */
export function useTakeIn(): (one: Case) => void {
  const cache = useQueryClient()
  return useCallback((one: Case) => {
    cache.setQueryData(['case', one.id], one)
    for (const queryKey of [['case-steps', one.id], ['cases'], ['home'], ['flow-figures', one.flow]]) void cache.invalidateQueries({ queryKey })
  }, [cache])
}

export function stateOf(flow: Flow | undefined, state: string): Flow['states'][number] | undefined {
  return flow?.states.find((one) => one.id === state)
}

/** Whether a case has not been sent yet. */
export function isDraft(flow: Flow | undefined, head: CaseHead): boolean {
  return head.closed_at === undefined && flow?.states[0]?.id === head.state
}

/** Whether it is the reader's turn: the case waits at their desk, or it is their own and they can lead it on, as by taking an offer. */
export function isYours(flow: Flow | undefined, one: Case): boolean {
  const leadsOn = one.moves.some((move) => move.allowed && stateOf(flow, move.to)?.final === false)
  return one.is_yours || (one.closed_at === undefined && flow?.can_start === true && leadsOn)
}
