// The thread of a page: questions with their answers, the newest last. A question follows the one before it until a new one is begun.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import type { AskAnswer, AskQuery } from '@/shared/api/types'
import { ask, historyKey } from './queries'

export type Turn = { key: number; question: string; answer: AskAnswer }
type Said = { thread: number; question: string; label: string; named?: boolean; previous?: AskQuery }

/** What an edited answer is called: its parts. */
export function labelOf(answer: AskAnswer): string {
  return answer.understood.map((chip) => chip.text).join(' · ')
}

export function useThread() {
  const cache = useQueryClient()
  const [turns, setTurns] = useState<Turn[]>([])
  const thread = useRef(0) // an answer to a thread that was left does not stand in the next
  const add = useCallback((question: string, answer: AskAnswer) => setTurns((old) => [...old, { key: (old.at(-1)?.key ?? 0) + 1, question, answer }]), [])
  const asking = useMutation({
    mutationFn: ({ question, previous }: Said) => ask(question, previous),
    onSuccess: (answer, said) => {
      if (said.thread === thread.current) add(said.question !== '' ? said.question : (said.named ? '' : labelOf(answer)) || said.label, answer)
      void cache.invalidateQueries({ queryKey: historyKey })
    },
  })
  const { mutate } = asking
  const leave = useCallback((next: Turn[]) => {
    thread.current += 1
    setTurns(next)
  }, [])
  // A refusal is followed by what went before it.
  const previous = turns.filter((turn) => turn.answer.query !== undefined && turn.answer.code === undefined).at(-1)?.answer.query
  return {
    turns, busy: asking.isPending, error: asking.error, pending: asking.isPending ? asking.variables.question || asking.variables.label : '',
    following: previous !== undefined,
    ask: (question: string) => mutate({ thread: thread.current, question, label: question, previous }),
    begin: useCallback((question: string) => { leave([]); mutate({ thread: thread.current, question, label: question }) }, [leave, mutate]),
    /** `named`: the label is a question's own words, to be kept; else the answer is called by its parts. */
    edit: (query: AskQuery, label: string, named = false) => mutate({ thread: thread.current, question: '', label, named, previous: query }),
    clear: useCallback(() => leave([]), [leave]),
    open: useCallback((question: string, answer: AskAnswer) => leave([{ key: 1, question, answer }]), [leave]),
  }
}
