// The state of the builder: what was typed is kept for the tab, the server checks and draws it a moment after each change.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { api, localised } from '@/shared/api/client'
import type { BoardPreview, Card, Dashboard } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { builtOf, type Built } from './form'

export type As = { role: string; org: string }
type Seen = { answer: BoardPreview; cards: Map<string, Card> }

const pause_ms = 350

function useLater<T>(value: T): T {
  const [later, setLater] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause_ms)
    return () => clearTimeout(timer)
  }, [value])
  return later
}

/** The form comes as it is; only what is drawn is told in the reader's language. */
async function ask(built: Built, as: As | null): Promise<BoardPreview> {
  const body = { ...(built.yaml === null ? { form: built.form } : { yaml: built.yaml }), ...(as === null ? {} : { as }) }
  const { data } = await api.POST('/api/v1/dashboards/preview', { body })
  if (data === undefined) throw new Error('an answer without a body')
  return data.dashboard === undefined ? data : { ...data, dashboard: localised(data.dashboard) as Dashboard }
}

async function look(built: Built, as: As | null): Promise<Seen> {
  const answer = await ask(built, as)
  const keys = built.yaml === null ? built.keys : (answer.form?.cards ?? []).map((_, index) => `text-${index}`)
  return { answer, cards: new Map((answer.dashboard?.cards ?? []).flatMap((card, index) => (keys[index] === undefined ? [] : [[keys[index], card] as const]))) }
}

export function useBuilder(name: string, start: Built) {
  const [built, change, clear] = useDraft<Built>(name, start)
  const [as, setAs] = useState<As | null>(null)
  const ready = as === null || as.org !== ''
  const later = useLater(built)
  const seen = useQuery({ queryKey: ['board-preview', later, as], queryFn: () => look(later, as), placeholderData: keepPreviousData, enabled: ready, retry: false, gcTime: 60_000 })
  const [drawn, setDrawn] = useState<Map<string, Card>>(new Map())
  const cards = seen.data?.cards
  const whole = seen.data?.answer.dashboard !== undefined
  useEffect(() => {
    if (cards !== undefined && whole) setDrawn(cards) // a fault leaves the last good pictures where they are
  }, [cards, whole])
  const cache = useQueryClient()
  const navigate = useNavigate()
  const turn = useMutation({
    mutationFn: () => ask(built, null),
    onSuccess: (answer) => {
      if (built.yaml === null) change({ yaml: answer.yaml })
      else if (answer.form !== undefined) change(builtOf(answer.form, built.version))
    },
  })
  const forget = async (source: string) => {
    clear()
    // The page of what was deleted may still stand for a moment: it must not ask for it again.
    const gone = { queryKey: ['dashboard-source', source] }
    if (source !== '') {
      await cache.invalidateQueries({ ...gone, refetchType: 'none' })
      cache.removeQueries({ ...gone, type: 'inactive' })
    }
    await Promise.all([['dashboards'], ['dashboard'], ['dashboard-sources']].map((queryKey) => cache.invalidateQueries({ queryKey })))
  }
  const id = built.yaml === null ? built.form.id : (seen.data?.answer.form?.id ?? '')
  const save = useMutation({
    mutationFn: () => api.PUT('/api/v1/dashboards/{id}', { params: { path: { id } }, body: { version: built.version, ...(built.yaml === null ? { form: built.form } : { yaml: built.yaml }) } }),
    onSuccess: async (answer) => {
      await forget('')
      await cache.invalidateQueries({ queryKey: ['dashboard-source'] })
      void navigate(`/builder?id=${encodeURIComponent(id)}&saved=${answer.data?.version ?? 0}`, { replace: true })
    },
  })
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v1/dashboards/{id}', { params: { path: { id }, query: { version: built.version } } }),
    onSuccess: async () => {
      void navigate('/builder')
      await forget(id)
    },
  })
  return { built, change, as, setAs, ready, answer: seen.data?.answer, problem: seen.error, busy: seen.isFetching || later !== built, drawn, turn, save, remove, id }
}

export type Builder = ReturnType<typeof useBuilder>
