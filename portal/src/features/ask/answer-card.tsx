// An answer: the sentence, what was understood, the picture with its table and files, what to know, how it was computed.
import { useEffect, useMemo, useRef, useState } from 'react'
import { CardFrame } from '@/pack-ui/cards/card-frame'
import type { AskAnswer, AskQuery } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { currentLanguage } from '@/shared/i18n'
import { useAskWords } from '@/shared/i18n/ask'
import { useTwo } from '@/shared/i18n/use-two'
import { useMetrics } from '@/shared/metrics'
import { Choice } from '@/shared/ui/choice'
import { Tag } from '@/shared/ui/tag'
import { Chips } from './chips'
import { How } from './how'
import { Keep } from './keep'
import { cardOf, kindsOf, tableOf, type Kind } from './picture'
import { Rate } from './rate'
import { Alternatives, Refusal } from './refusal'

type Props = { question: string; answer: AskAnswer; last: boolean; busy: boolean; onEdit: (query: AskQuery) => void; onAsk: (question: string) => void }

function Drawn({ question, answer, own }: { question: string; answer: AskAnswer; own: boolean }) {
  const w = useAskWords()
  const metrics = useMetrics()
  const sourceOf = useDatasetTitles()
  const kinds = useMemo(() => kindsOf(answer), [answer])
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'table')
  const [how, setHow] = useState(false)
  const chosen = kinds.includes(kind) ? kind : (kinds[0] ?? 'table')
  const card = useMemo(() => cardOf(answer, chosen, question), [answer, chosen, question])
  const period = answer.understood.filter((chip) => chip.kind === 'period').map((chip) => (currentLanguage() === 'en' && chip.text_en !== '' ? chip.text_en : chip.text)).join(' · ')
  return (
    <>
      <Choice label={w('picture.kind')} value={chosen} options={kinds.map((one) => ({ value: one, label: w(`picture.${one as 'kpi' | 'bar' | 'rank' | 'line' | 'stacked' | 'heat' | 'table'}`) }))} onChange={(next) => setKind((next ?? chosen) as Kind)} />
      <CardFrame card={card} result={chosen === 'table' ? tableOf(answer) : card.result} metrics={metrics} period={period} sourceOf={sourceOf} path={[]} onBack={() => undefined} onExplain={() => setHow(true)} />
      {own && answer.id !== undefined && <Keep answer={answer} id={answer.id} kind={chosen} title={question} />}
      {how && <How answer={answer} title={question} onClose={() => setHow(false)} />}
    </>
  )
}

export function AnswerCard({ question, answer, last, busy, onEdit, onAsk }: Props) {
  const w = useAskWords()
  const two = useTwo()
  const answered = answer.code === undefined
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    if (last) box.current?.scrollIntoView?.({ block: 'start' }) // read from its beginning; the box below stays in sight
  }, [last])
  return (
    <article ref={box} className="bm-ask-answer" aria-label={question}>
      <h2 className="bm-ask-question">{question}</h2>
      {answer.by_model && <p><Tag tone="amber">{w('answer.by_model')}</Tag></p>}
      {answered && <p className="bm-ask-sentence" role={last ? 'status' : undefined}>{currentLanguage() === 'en' ? answer.sentence_en : answer.sentence}</p>}
      <Refusal answer={answer} onEdit={onEdit} onAsk={onAsk} />
      <Chips answer={answer} busy={busy} onEdit={onEdit} />
      {answered && <Drawn question={question} answer={answer} own={answer.id !== undefined} />}
      {answer.caveats.length > 0 && <ul className="bm-ask-caveats" aria-label={w('answer.caveats')}>{answer.caveats.map((one) => <li key={one.zh}>{two(one)}</li>)}</ul>}
      {answered && <Alternatives answer={answer} onEdit={onEdit} onAsk={onAsk} />}
      {answer.id !== undefined && <Rate id={answer.id} />}
    </article>
  )
}
