// What may be done with a case now, as buttons; beside one that may not, why.
import { Button } from 'antd'
import { useState } from 'react'
import type { Case, CaseMove, DatasetDetail, Flow } from '@/shared/api/types'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import type { CaseDraft } from './case-draft'
import { MoveSheet } from './move-sheet'
import { isYours, stateOf } from './queries'
import { dueText, useDesk } from './words'

type Props = { one: Case; flow: Flow | undefined; dataset: DatasetDetail; draft: CaseDraft | null; onDone: (one: Case) => void }

/** Moves that the reader may make, first those that they are the ones to make; what others make is not theirs to press. */
export function offered(one: Case): { open: CaseMove[]; closed: CaseMove[] } {
  return { open: one.moves.filter((move) => move.allowed), closed: one.moves.filter((move) => !move.allowed && !move.is_others) }
}

/** What a move has made of the case, in one sentence. */
export function MoveDone({ moved, flow }: { moved: Case; flow: Flow | undefined }) {
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  const who = desk(flow, moved.state)
  const due = moved.due_at === undefined ? '' : w('next.due', { at: dueText(moved.due_at) })
  const next = moved.closed_at !== undefined || who === '' ? '' : w('next.desk', { who }) + due
  return <p className="bm-done" role="status">{w('move.done', { state: two(moved.state_title) })}{next}</p>
}

export function CaseMoves({ one, flow, dataset, draft, onDone }: Props) {
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  const [chosen, setChosen] = useState<CaseMove | null>(null)
  const { open, closed } = offered(one)
  const yours = isYours(flow, one)
  const state = stateOf(flow, one.state)
  const who = desk(flow, one.state)
  const lacks = draft !== null && closed.length > 0 && one.form.some((input) => input.asked && input.required && (one.row[input.field] ?? '') === '')
  if (open.length + closed.length === 0 && chosen === null && !one.moves.some((move) => move.is_others)) return null // a sheet that is open says what became of its move
  return (
    <section className="bm-panel" aria-labelledby="moves">
      <h2 id="moves">{w('move.title')}</h2>
      {open.length > 0 && (
        <div className="bm-moves">
          {open.map((move) => <Button key={move.id} size="large" type={move === one.moves[0] && yours ? 'primary' : 'default'} onClick={() => setChosen(move)}>{two(move.label)}</Button>)}
        </div>
      )}
      {!yours && one.closed_at === undefined && !state?.rests && <p className="bm-foot">{who === '' ? w(state?.has_panel ? 'next.panel' : 'next.itself') : w('move.none', { who })}</p>}
      {lacks && <p className="bm-foot">{w('move.fill_first')}</p>}
      {closed.length > 0 && (
        <details className="bm-details" open={open.length > 0 && closed.length <= 2}>
          <summary>{w('move.closed', { n: closed.length })}</summary>
          <ul className="bm-closed-moves">{closed.map((move) => <li key={move.id}><Button disabled>{two(move.label)}</Button> <span>{move.refused && two(move.refused)}</span></li>)}</ul>
        </details>
      )}
      {chosen && <MoveSheet key={chosen.id} one={one} move={chosen} flow={flow} dataset={dataset} draft={draft} onClose={() => setChosen(null)} onDone={(moved) => { setChosen(null); onDone(moved) }} />}
    </section>
  )
}
