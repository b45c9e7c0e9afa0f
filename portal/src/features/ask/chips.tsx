// What was understood, part by part. A part is a button that opens its editor below.
import { Button } from 'antd'
import { useState } from 'react'
import type { AskAnswer, AskQuery } from '@/shared/api/types'
import { currentLanguage } from '@/shared/i18n'
import { useAskWords } from '@/shared/i18n/ask'
import { QueryView } from '@/shared/ui/query-view'
import { ChipEditor } from './chip-editor'
import { useVocabulary } from './queries'
import type { Chip } from './tree'

type Props = { answer: AskAnswer; busy: boolean; onEdit: (query: AskQuery) => void }

/** Beside what was said, what may be added: a group, a condition, a period where the newest was taken. */
function additions(chips: Chip[]): Chip[] {
  const add = (kind: Chip['kind']): Chip => ({ kind, id: '', text: '', text_en: '' })
  return [add('dimension'), add('filter'), ...(chips.some((chip) => chip.kind === 'period') ? [] : [add('period')])]
}

export function Chips({ answer, busy, onEdit }: Props) {
  const w = useAskWords()
  const [open, setOpen] = useState<Chip | null>(null)
  const vocabulary = useVocabulary(open !== null)
  const { query } = answer
  if (query === undefined || answer.understood.length === 0) return null
  const targets = answer.understood.filter((chip) => chip.kind === 'target')
  const told = answer.understood.filter((chip) => chip.kind === 'target' || chip.kind === 'task') // not edited: the next question goes on from them
  const isOpen = (chip: Chip) => open !== null && open.kind === chip.kind && open.id === chip.id
  const toggle = (chip: Chip) => setOpen(isOpen(chip) ? null : chip)
  const edit = (next: AskQuery) => {
    setOpen(null)
    onEdit(next)
  }
  const nameOf = (chip: Chip) => (chip.text === '' ? w(`chip.add_${chip.kind as 'dimension' | 'filter' | 'period'}`) : currentLanguage() === 'en' && chip.text_en !== '' ? chip.text_en : chip.text)
  const part = (chip: Chip) => (
    <li key={`${chip.kind} ${chip.id} ${chip.text}`}>
      <button type="button" className={`bm-chip bm-chip-${chip.text === '' ? 'add' : chip.kind}`} aria-expanded={isOpen(chip)} disabled={busy} onClick={() => toggle(chip)}>
        {chip.text !== '' && <small>{w(`chip.${chip.kind}`)}</small>}{nameOf(chip)}
      </button>
    </li>
  )
  return (
    <section aria-label={w('chip.label')}>
      <ul className="bm-chips">
        {targets.length === 0 && answer.understood.filter((chip) => !told.includes(chip)).map(part)}
        {told.map((chip) => <li key={`${chip.kind} ${chip.id} ${chip.text}`}><span className="bm-chip"><small>{w(`chip.${chip.kind}`)}</small>{nameOf(chip)}</span></li>)}
        {targets.length === 0 && additions(answer.understood).map(part)}
      </ul>
      {open !== null && (
        <div className="bm-chip-editor" role="group" aria-label={nameOf(open)}>
          <QueryView query={vocabulary} rows={1}>{(words) => <ChipEditor key={`${open.kind} ${open.id}`} chip={open} query={query} vocabulary={words} onEdit={edit} />}</QueryView>
          <Button onClick={() => setOpen(null)}>{w('chip.close')}</Button>
        </div>
      )}
    </section>
  )
}
