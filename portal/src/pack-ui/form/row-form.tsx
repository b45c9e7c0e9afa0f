// A form for one row, made from the fields of the catalogue. Sends only what was changed; grain fields are fixed once written. What was typed stays
// over a reload of the page where the form has a draft.
import { Button } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Row, Value } from '@/shared/api/types'
import { rowTitle } from '../grid/cell'
import { dropDraft, keepDraft, readDraft } from './draft'
import { FieldLine } from './field-line'
import { fileInput, readInput, rowInput } from './values'

type Props = {
  fields: Field[]; grain: string[]; row?: Row; busy: boolean
  texts?: Record<string, string>   // cells of a file by field, to begin with
  refused?: Record<string, string> // the server's sentence by field
  draft?: string                   // name under which what is typed is kept
  onSave: (changes: Record<string, Value>) => void; onCancel: () => void
}

export function RowForm({ fields, grain, row, busy, texts: given, refused = {}, draft, onSave, onCancel }: Props) {
  const { t } = useTranslation()
  const shown = (field: Field) => (given ? fileInput(field, given[field.id]) : rowInput(field, row))
  const [texts, setTexts] = useState<Record<string, string>>(() => ({ ...Object.fromEntries(fields.map((field) => [field.id, shown(field)])), ...(draft ? readDraft(draft) : {}) }))
  const [bad, setBad] = useState<string[]>([])
  const change = (id: string, text: string) => {
    const next = { ...texts, [id]: text }
    setTexts(next)
    if (draft) keepDraft(draft, next)
  }
  const leave = () => {
    if (draft) dropDraft(draft)
    onCancel()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const changes: Record<string, Value> = {}
    const wrong: string[] = []
    for (const field of fields) {
      const text = texts[field.id] ?? ''
      if (field.computed || (row && (text === rowInput(field, row) || grain.includes(field.id)))) continue
      const value = readInput(field, text)
      if (value === undefined || (field.required && value === null)) wrong.push(field.id)
      else if (row || value !== null) changes[field.id] = value
    }
    setBad(wrong)
    if (wrong.length > 0) return
    if (row && Object.keys(changes).length === 0) leave()
    else onSave(changes)
  }
  return (
    <form className="bm-form" onSubmit={submit} noValidate>
      {fields.filter((field) => !field.computed).map((field) => {
        const wrong = bad.includes(field.id)
        const sentence = wrong ? t(`field_error.${field.type === 'int' || field.type === 'decimal' ? 'number' : 'value'}`, { field: field.title }) : refused[field.id]
        return (
          <FieldLine
            key={field.id} field={field} text={texts[field.id] ?? ''} title={texts[field.id] === shown(field) ? rowTitle(field, row, t) ?? given?.[field.id] : undefined} sentence={sentence}
            disabled={field.masked || (row !== undefined && grain.includes(field.id))} onChange={(text) => change(field.id, text)}
          />
        )
      })}
      <div className="bm-form-foot">
        <Button onClick={leave}>{t('action.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={busy}>{t('action.save')}</Button>
      </div>
    </form>
  )
}
