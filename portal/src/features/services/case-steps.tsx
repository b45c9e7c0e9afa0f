// The way of a case as a time-line: what was done and how long it took, where it is now and until when, where it can go from there.
import { useTranslation } from 'react-i18next'
import type { Case, CaseStep, Flow } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { QueryView } from '@/shared/ui/query-view'
import { stateOf, useSteps } from './queries'
import { CaseLamp, dueText, spanText, usedText, useDesk } from './words'

function Done({ step, since }: { step: CaseStep; since: string }) {
  const w = useServiceWords()
  const two = useTwo()
  const who = [step.role && two(step.role), step.org?.title].filter((part) => part !== undefined && part !== '').join(' · ')
  return (
    <li className="bm-step-done">
      <strong>{two(step.label)}</strong> <span className="bm-foot">{who === '' ? w('steps.itself') : who}{step.on_behalf && (step.for_account === '' ? w('steps.on_behalf') : w('steps.for_account', { who: step.for_account }))}</span>
      <p className="bm-foot"><time dateTime={step.at}>{formatTime(step.at)}</time> · {w('steps.used', { span: usedText(Date.parse(step.at) - Date.parse(since), w) })}</p>
      {step.note !== '' && <blockquote className="bm-step-note">{step.note}</blockquote>}
    </li>
  )
}

function Now({ one, flow }: { one: Case; flow: Flow | undefined }) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  const state = stateOf(flow, one.state)
  const next = [...new Set(one.moves.map((move) => two(move.to_title)))].join(t('list.comma'))
  if (one.closed_at !== undefined) return <li className="bm-step-end"><strong>{two(one.state_title)}</strong><p className="bm-foot">{w('steps.closed', { at: formatTime(one.closed_at) })}</p></li>
  return (
    <>
      <li className="bm-step-now" aria-current="step">
        <strong>{two(one.state_title)}</strong> <CaseLamp head={one} />
        {!state?.rests && <p>{desk(flow, one.state) === '' ? w(state?.has_panel ? 'next.panel' : 'next.itself') : w('steps.at_desk', { who: desk(flow, one.state) })}{one.escalated && ` ${w('steps.escalated')}`}</p>}
        <p className="bm-foot">{[state?.within && w(state.rests ? 'guide.holds' : 'guide.within', { span: spanText(state.within, w) }), one.due_at && w(state?.rests ? 'next.rests_until' : 'steps.due', { at: dueText(one.due_at) }), one.due_is_estimated && w('steps.estimated')].filter(Boolean).join(' · ')}</p>
      </li>
      {one.awaits.length > 0 && <li className="bm-step-next">{w('steps.awaits', { who: one.awaits.map(two).join(t('list.comma')) })}</li>}
      {one.places.filter((place) => place.waits).map((place) => <li key={place.quota} className="bm-step-next">{w('steps.in_line', { title: two(place.title), n: place.position })}</li>)}
      {next !== '' && <li className="bm-step-next"><span>{w('steps.next', { states: next })}</span></li>}
    </>
  )
}

export function CaseSteps({ one, flow }: { one: Case; flow: Flow | undefined }) {
  const w = useServiceWords()
  const steps = useSteps(one.id, one.seq)
  return (
    <section className="bm-panel bm-case-steps" aria-labelledby="steps">
      <h2 id="steps">{w('steps.title')}</h2>
      <QueryView query={steps} rows={3}>
        {({ items }) => (
          <ol className="bm-steps-line-down">
            <li className="bm-step-done"><strong>{w('steps.opened')}</strong><p className="bm-foot"><time dateTime={one.opened_at}>{formatTime(one.opened_at)}</time></p></li>
            {items.map((step, index) => <Done key={`${step.at} ${index}`} step={step} since={items[index - 1]?.at ?? one.opened_at} />)}
            <Now one={one} flow={flow} />
          </ol>
        )}
      </QueryView>
    </section>
  )
}
