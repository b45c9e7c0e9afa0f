// The form of a case, saved as it is typed.
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { FieldLine } from '@/pack-ui/form/field-line'
import { rowTitle, valueText } from '@/pack-ui/grid/cell'
import { rowInput } from '@/pack-ui/form/values'
import type { Field } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Tag } from '@/shared/ui/tag'
import type { CaseDraft, DraftView } from './case-draft'
import { partsOf } from './field-of'
import { offerOf } from './offers'

type Props = { draft: CaseDraft; view: DraftView; fields: Field[] }

/** What was typed here against what somebody else wrote meanwhile, and the choice between them. */
function Clashes({ draft, view, fields }: Props) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const shown = (id: string, text: string) => {
    const field = fields.find((one) => one.id === id)
    return (field ? valueText(field, text === '' ? null : text, t) : text) || t('value.none')
  }
  if (view.state !== 'clash') return null
  return (
    <div className="bm-note-warn" role="alert">
      <p>{w('form.clash')}</p>
      <ul className="bm-reasons">{view.clashes.map((clash) => <li key={clash.field}>{w('form.clash_field', { field: fields.find((one) => one.id === clash.field)?.title ?? clash.field, theirs: shown(clash.field, clash.theirs), mine: shown(clash.field, clash.mine) })}</li>)}</ul>
      <p className="bm-links"><Button size="small" onClick={() => void draft.settle('mine')}>{w('form.keep_mine')}</Button><Button size="small" onClick={() => void draft.settle('theirs')}>{w('form.take_theirs')}</Button></p>
    </div>
  )
}

/** How far the saving is: a quiet line below the form. */
function Saved({ draft, view }: Omit<Props, 'fields'>) {
  const w = useServiceWords()
  const text = view.state === 'kept' ? (view.savedAt === undefined ? w('form.kept') : w('form.kept_at', { at: formatTime(new Date(view.savedAt).toISOString()) })) : view.state === 'clash' || view.state === 'gone' ? '' : w(`form.${view.state}`)
  return (
    <div className="bm-saved">
      <p role="status">{text}</p>
      {view.state === 'waiting' && <Button size="small" onClick={() => void draft.flush()}>{w('form.save_now')}</Button>}
    </div>
  )
}

/** Tells whoever does not see the form what the last answer brought into it and took out of it. */
function Changed({ asked, fields }: { asked: string[]; fields: Field[] }) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const before = useRef(asked)
  const [text, setText] = useState('')
  const key = asked.join(' ')
  useEffect(() => {
    const now = key.split(' ')
    const named = (ids: string[]) => ids.map((id) => fields.find((field) => field.id === id)?.title ?? id).join(t('list.comma'))
    const came = now.filter((id) => !before.current.includes(id))
    const went = before.current.filter((id) => !now.includes(id))
    before.current = now
    if (came.length + went.length > 0) setText([came.length > 0 ? w('form.came', { fields: named(came) }) : '', went.length > 0 ? w('form.went', { fields: named(went) }) : ''].filter(Boolean).join(' '))
  }, [key, fields, t, w])
  return <p role="status" className="bm-hidden">{text}</p>
}

export function CaseForm({ draft, view, fields }: Props) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const isFresh = (useLocation().state as { fresh?: boolean } | null)?.fresh === true
  // Of a case that was begun just now what stands in it was filled in by the city; what is typed later was not.
  const [begun] = useState(() => new Map(isFresh && view.one.seq === 1 ? fields.map((field) => [field.id, rowInput(field, view.one.row)]) : []))
  const sentence = (field: Field) => {
    const wrong = view.wrong[field.id]
    return wrong === undefined ? view.refused[field.id] : wrong === 'length' ? w('form.length', { field: field.title, min: field.min ?? 0, max: field.max ?? '' }) : t(`field_error.${wrong}`, { field: field.title })
  }
  const line = (field: Field) => {
    const given = rowInput(field, view.one.row)
    const text = view.texts[field.id] ?? ''
    return (
      <FieldLine
        key={field.id} field={field} text={text} disabled={false} sentence={sentence(field)} title={text === given ? rowTitle(field, view.one.row, t) : undefined}
        note={text !== '' && text === begun.get(field.id) && <small className="bm-given"><Tag tone="green">{w('form.given')}</Tag></small>}
        offer={offerOf(view.one.id, view.one.seq, view.one.form.find((input) => input.field === field.id), (id) => view.texts[id] ?? '')}
        onChange={(next) => draft.change(field.id, next)}
      />
    )
  }
  const parts = partsOf(view.one.form, fields)
  return (
    <div className="bm-form bm-case-form">
      <Clashes draft={draft} view={view} fields={fields} />
      {parts.map((part) => (part.title === undefined ? part.fields.map(line) : <fieldset key={`part ${part.fields[0]?.id}`} className="bm-form-part"><legend>{two(part.title)}</legend>{part.fields.map(line)}</fieldset>))}
      <Changed asked={parts.flatMap((part) => part.fields.map((field) => field.id))} fields={fields} />
      <Saved draft={draft} view={view} />
      <ProblemNote error={view.error} />
    </div>
  )
}
