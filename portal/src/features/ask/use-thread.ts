// The thread of a page: questions with their answers, the newest last. A question follows the one before it until a new one is begun.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { AskAnswer, AskQuery } from '@/shared/api/types'
import { ask, historyKey } from './queries'

export type Turn = { key: number; question: string; answer: AskAnswer }
type Said = { question: string; label: string; named?: boolean; previous?: AskQuery }

/** What an edited answer is called: its parts. */
export function labelOf(answer: AskAnswer): string {
  return answer.understood.map((chip) => chip.text).join(' · ')
}

export function useThread() {
  const cache = useQueryClient()
  const [turns, setTurns] = useState<Turn[]>([])
  const add = useCallback((question: string, answer: AskAnswer) => setTurns((old) => [...old, { key: (old.at(-1)?.key ?? 0) + 1, question, answer }]), [])
  const asking = useMutation({
    mutationFn: ({ question, previous }: Said) => ask(question, previous),
    onSuccess: (answer, said) => {
      add(said.question !== '' ? said.question : (said.named ? '' : labelOf(answer)) || said.label, answer)
      void cache.invalidateQueries({ queryKey: historyKey })
    },
  })
  const { mutate } = asking
  // A refusal is followed by what went before it.
  const previous = turns.filter((turn) => turn.answer.query !== undefined && turn.answer.code === undefined).at(-1)?.answer.query
  return {
    turns, busy: asking.isPending, error: asking.error, pending: asking.isPending ? asking.variables.question || asking.variables.label : '',
    following: previous !== undefined,
    ask: (question: string) => mutate({ question, label: question, previous }),
    begin: useCallback((question: string) => { setTurns([]); mutate({ question, label: question }) }, [mutate]),
    /** `named`: the label is a question's own words, to be kept; else the answer is called by its parts. */
    edit: (query: AskQuery, label: string, named = false) => mutate({ question: '', label, named, previous: query }),
    clear: useCallback(() => setTurns([]), []),
    open: useCallback((question: string, answer: AskAnswer) => setTurns([{ key: 1, question, answer }]), []),
  }
}
