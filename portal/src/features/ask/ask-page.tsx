// Questions in plain words: examples to begin with, a thread of answers, each to be edited, kept and shared. ?q= asks at once, ?shared= opens what somebody
// shared, under the reader's own rights.
import '@/pack-ui/pack-ui.css'
import './ask.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { AskAnswer } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAskWords } from '@/shared/i18n/ask'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { LoadingState } from '@/shared/ui/states'
import { AnswerCard } from './answer-card'
import { HistorySheet } from './history-sheet'
import { useExamples } from './queries'
import { QuestionBox } from './question-box'
import { labelOf, useThread } from './use-thread'

function Examples({ onAsk }: { onAsk: (question: string) => void }) {
  const w = useAskWords()
  const examples = useExamples()
  const items = examples.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section aria-label={w('examples')}>
      <p>{w('examples')}</p>
      <ul className="bm-chips">{items.map(({ question }) => <li key={question}><button type="button" className="bm-chip" onClick={() => onAsk(question)}>{question}</button></li>)}</ul>
    </section>
  )
}

type Opened = { id: string; onOpen: (question: string, answer: AskAnswer) => void }

/** Puts what was shared at the beginning of the thread, without a mark of one's own history. */
function Shared({ id, onOpen }: Opened) {
  const w = useAskWords()
  const shared = useQuery({ queryKey: ['ask-shared', id], queryFn: () => data(api.GET('/api/v1/ask/shared/{id}', { params: { path: { id } } })), retry: false, staleTime: Infinity })
  const { data: one } = shared
  useEffect(() => {
    if (one !== undefined) onOpen(one.question || labelOf(one.answer) || w('shared.title'), { ...one.answer, id: undefined })
  }, [one, onOpen, w])
  return <QueryView query={shared}>{(told) => <p className="bm-page-note">{told.by === '' ? w('shared.note') : w('shared.note_by', { by: told.by, at: formatTime(told.at) })}</p>}</QueryView>
}

export default function AskPage() {
  const w = useAskWords()
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const keeper = useRight('ask.manage')
  const thread = useThread()
  const [text, setText] = useState('')
  const [history, setHistory] = useState(false)
  const shared = address.get('shared') ?? ''
  const asked = address.get('q') ?? ''
  const { begin } = thread
  useEffect(() => {
    if (asked === '') return
    change({ q: undefined }, { replace: true }) // or the way back would ask it again
    begin(asked)
  }, [asked, begin, change])
  const ask = (question: string) => {
    setText('')
    thread.ask(question)
  }
  const fresh = () => {
    change({ shared: undefined })
    setText('')
    thread.clear()
  }
  const actions = <><Button onClick={() => setHistory(true)}>{w('history.title')}</Button>{keeper && <Link className="bm-button" to="/ask-words">{w('words.title')}</Link>}</>
  return (
    <Page title={t('menu.ask')} note={w('note')} actions={actions}>
      <div className="bm-ask">
        {shared !== '' && <Shared id={shared} onOpen={thread.open} />}
        {shared === '' && thread.turns.length === 0 && !thread.busy && <Examples onAsk={ask} />}
        {thread.turns.map((turn, index) => (
          <AnswerCard key={turn.key} question={turn.question} answer={turn.answer} last={index === thread.turns.length - 1} busy={thread.busy} onEdit={(query) => thread.edit(query, turn.question)} onAsk={ask} />
        ))}
        {thread.busy && <article className="bm-ask-answer" aria-busy="true"><h2 className="bm-ask-question">{thread.pending}</h2><LoadingState rows={3} /></article>}
        <ProblemNote error={thread.error} />
        <QuestionBox value={text} busy={thread.busy} following={thread.following} onChange={setText} onAsk={ask} onNew={fresh} />
      </div>
      {history && (
        <HistorySheet
          onClose={() => setHistory(false)}
          onOpen={(one) => {
            setHistory(false)
            if (one.query === undefined) setText(one.question)
            else thread.edit(one.query, one.question, true)
          }}
        />
      )}
    </Page>
  )
}
