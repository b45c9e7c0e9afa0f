// What is given with a move: the fields of its form, and the note.
import { Input } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Offer } from '@/pack-ui/form/choice-input'
import { FieldLine } from '@/pack-ui/form/field-line'
import { readInput } from '@/pack-ui/form/values'
import type { CaseMove, Field, Value } from '@/shared/api/types'
import { useServiceWords } from '@/shared/i18n/services'
import { wrongOf, type Texts, type Wrong } from './case-draft'

export const noteKey = '$note' // beside the ids of fields, which begin with a letter
export const longestNote = 600

export type WrongInputs = Record<string, Wrong | 'missing'>

/** What stops a move before it is sent. `given` tells what stands in a field that was not touched. */
export function wrongInputs(fields: Field[], texts: Texts, given: (field: Field) => string): WrongInputs {
  return Object.fromEntries(fields.flatMap((field) => {
    const text = texts[field.id]
    const what = field.required && (text ?? given(field)).trim() === '' ? 'missing' : text === undefined ? undefined : wrongOf(field, text)
    return what === undefined ? [] : [[field.id, what]]
  }))
}

/** What was touched, with the types of the fields. */
export function valuesOf(fields: Field[], texts: Texts): Record<string, Value> {
  return Object.fromEntries(fields.flatMap((field) => { const text = texts[field.id]; return text === undefined ? [] : [[field.id, readInput(field, text) ?? null]] }))
}

type Props = {
  move: CaseMove; fields: Field[]; texts: Texts; given?: (field: Field) => { text: string; title?: string }
  wrong: WrongInputs; refused?: Texts; busy: boolean; offer?: (field: Field) => Offer | undefined; onChange: (changes: Texts) => void
}

export function MoveFields({ move, fields, texts, given = () => ({ text: '' }), wrong, refused = {}, busy, offer, onChange }: Props) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const sentence = (field: Field) => {
    const what = wrong[field.id]
    if (what === undefined) return refused[field.id]
    return what === 'missing' ? w('move.missing', { field: field.title }) : what === 'length' ? w('form.length', { field: field.title, min: field.min ?? 0, max: field.max ?? '' }) : t(`field_error.${what}`, { field: field.title })
  }
  return (
    <>
      {fields.map((field) => (
        <FieldLine
          key={field.id} field={field} id={`move-${field.id}`} text={texts[field.id] ?? given(field).text} title={texts[field.id] === undefined ? given(field).title : undefined}
          disabled={busy} offer={offer?.(field)} sentence={sentence(field)} onChange={(text) => onChange({ [field.id]: text })}
        />
      ))}
      <div>
        <label htmlFor="move-note">{w(move.note_required ? 'move.note_required' : 'move.note')}{move.note_required && <span className="bm-required" aria-hidden="true">*</span>}</label>
        <Input.TextArea id="move-note" rows={3} maxLength={longestNote} value={texts[noteKey] ?? ''} disabled={busy} onChange={(event) => onChange({ [noteKey]: event.target.value })} />
        <p className="bm-foot">{w('move.note_seen')}</p>
      </div>
    </>
  )
}
