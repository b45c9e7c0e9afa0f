// A case in a list: what it is, how far it is, and what comes next - for the reader, or at which desk until when.
import { Link } from 'react-router'
import type { CaseHead, Flow } from '@/shared/api/types'
import { formatDate } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Tag } from '@/shared/ui/tag'
import { stateOf } from './queries'
import { CaseLamp, dueText, StateTag, useDesk } from './words'

type Props = { head: CaseHead; flow: Flow | undefined; isMine: boolean }

/** The next step as a sentence. */
export function NextStep({ head, flow, isMine }: Props) {
  const w = useServiceWords()
  const desk = useDesk()
  if (head.closed_at !== undefined) return <>{w('next.closed', { at: formatDate(head.closed_at) })}</>
  const state = stateOf(flow, head.state)
  if (state?.rests) return <>{head.due_at === undefined ? w('next.rests') : w('next.rests_until', { at: dueText(head.due_at) })}</>
  const who = desk(flow, head.state)
  const due = head.due_at === undefined ? '' : w('next.due', { at: dueText(head.due_at) })
  return <>{isMine ? w('next.you') : who === '' ? w(state?.has_panel ? 'next.panel' : 'next.itself') : w('next.desk', { who })}{due}</>
}

export function CaseCard(props: Props) {
  const { head, isMine } = props
  const w = useServiceWords()
  const two = useTwo()
  return (
    <li className={isMine ? 'bm-case-card bm-case-mine' : 'bm-case-card'}>
      <p className="bm-case-title"><Link to={`/case?id=${head.id}`}>{two(head.flow_title)} <span className="bm-nowrap">{head.key}</span></Link></p>
      <p className="bm-tags">{isMine && <Tag tone="amber">{w('cases.yours')}</Tag>}<StateTag head={head} /><CaseLamp head={head} /></p>
      <p className="bm-foot"><NextStep {...props} /></p>
    </li>
  )
}
