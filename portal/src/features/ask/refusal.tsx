// Why there is no answer, and what to do: the server's sentence, a hint by the code, other readings to choose.
import type { AskAnswer, AskQuery } from '@/shared/api/types'
import { currentLanguage } from '@/shared/i18n'
import { useAskWords } from '@/shared/i18n/ask'

type Props = { answer: AskAnswer; onEdit: (query: AskQuery) => void; onAsk: (question: string) => void }

export function Refusal({ answer, onEdit, onAsk }: Props) {
  const w = useAskWords()
  if (answer.code === undefined) return null
  return (
    <div className="bm-ask-refusal">
      <p className="bm-ask-sentence" role="status">{currentLanguage() === 'en' && answer.sentence_en !== '' ? answer.sentence_en : answer.sentence}</p>
      <p className="bm-page-note">{w(`refused.${answer.code}`)} <code>{answer.code}</code></p>
      <Alternatives answer={answer} onEdit={onEdit} onAsk={onAsk} />
    </div>
  )
}

export function Alternatives({ answer, onEdit, onAsk }: Props) {
  const w = useAskWords()
  if (answer.alternatives.length === 0) return null
  return (
    <section aria-label={w('other.label')}>
      <p>{w('other.label')}</p>
      <ul className="bm-chips">
        {answer.alternatives.map((one) => (
          <li key={one.label}><button type="button" className="bm-chip" onClick={() => (one.query === undefined ? onAsk(one.label) : onEdit(one.query))}>{one.label}</button></li>
        ))}
      </ul>
    </section>
  )
}
