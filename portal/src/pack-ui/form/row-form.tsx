// A form for one row, made from the fields of the catalogue. Sends only what was changed; grain fields are fixed once written.
import { Button } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Row, Value } from '@/shared/api/types'
import { FieldInput } from './field-input'
import { readInput, showInput } from './values'

type Props = { fields: Field[]; grain: string[]; row?: Row; busy: boolean; onSave: (changes: Record<string, Value>) => void; onCancel: () => void }

function titleOf(row: Row | undefined, field: Field): string | undefined {
  const title = row?.[`${field.id}_title`]
  return typeof title === 'string' ? title : undefined
}

export function RowForm({ fields, grain, row, busy, onSave, onCancel }: Props) {
  const { t } = useTranslation()
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(fields.map((field) => [field.id, showInput(field, row?.[field.id])])))
  const [bad, setBad] = useState<string[]>([])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const changes: Record<string, Value> = {}
    const wrong: string[] = []
    for (const field of fields) {
      const text = texts[field.id] ?? ''
      if (row && (text === showInput(field, row[field.id]) || grain.includes(field.id))) continue
      const value = readInput(field, text)
      if (value === undefined || (field.required && value === null)) wrong.push(field.id)
      else if (row || value !== null) changes[field.id] = value
    }
    setBad(wrong)
    if (wrong.length > 0) return
    if (row && Object.keys(changes).length === 0) onCancel()
    else onSave(changes)
  }
  return (
    <form className="bm-form" onSubmit={submit} noValidate>
      {fields.map((field) => (
        <div key={field.id}>
          <label htmlFor={`field-${field.id}`}>{field.title}{field.required && <span className="bm-required" aria-hidden="true">*</span>}{field.unit && <small> ({field.unit})</small>}</label>
          <FieldInput
            field={field} text={texts[field.id] ?? ''} title={titleOf(row, field)} bad={bad.includes(field.id)} disabled={field.masked || (row !== undefined && grain.includes(field.id))}
            onChange={(text) => setTexts({ ...texts, [field.id]: text })}
          />
          {bad.includes(field.id) && <p role="alert" className="bm-field-error">{t(`field_error.${field.type === 'int' || field.type === 'decimal' ? 'number' : 'value'}`, { field: field.title })}</p>}
        </div>
      ))}
      <div className="bm-form-foot">
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={busy}>{t('action.save')}</Button>
      </div>
    </form>
  )
}
