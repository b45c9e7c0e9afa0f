import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/shared/api/types'
import { ChoiceInput, type Offer } from './choice-input'
import { OrgInput } from './org-input'
import { PersonInput } from './person-input'

export type FieldInputProps = { field: Field; id?: string; text: string; title?: string; bad: boolean; disabled: boolean; offer?: Offer; onChange: (text: string) => void }
const longText = 200 // characters from which a text has lines

/** The control that fits a field's type. Text in, text out; values.ts gives it its type. */
export function FieldInput({ field, id = `field-${field.id}`, text, title, bad, disabled, offer, onChange }: FieldInputProps) {
  const { t } = useTranslation()
  const status = bad ? 'error' : undefined
  if (offer) return <ChoiceInput id={id} offer={offer} status={status} disabled={disabled} required={field.required} value={text} onChange={onChange} />
  if (field.codes || field.type === 'bool') {
    const codes = field.codes ?? [{ code: 'true', title: t('value.yes') }, { code: 'false', title: t('value.no') }]
    return (
      <Select
        id={id} status={status} disabled={disabled} allowClear={!field.required} value={text === '' ? undefined : text} onChange={(value?: string) => onChange(value ?? '')}
        options={codes.map((code) => ({ value: code.code, label: code.title }))}
      />
    )
  }
  if (field.type === 'org') return <OrgInput id={id} typed status={status} disabled={disabled} value={text} title={title} onChange={onChange} />
  if (field.person && !field.masked) return <PersonInput id={id} status={status} disabled={disabled} value={text} title={title} onChange={onChange} />
  if (field.type === 'text' && (field.max ?? 0) >= longText) return <Input.TextArea id={id} status={status} disabled={disabled} value={text} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(event) => onChange(event.target.value)} />
  const type = field.type === 'date' ? 'date' : 'text'
  const mode = field.type === 'int' || field.type === 'year' ? 'numeric' : field.type === 'decimal' ? 'decimal' : undefined
  return <Input id={id} type={type} inputMode={mode} status={status} disabled={disabled} value={text} onChange={(event) => onChange(event.target.value)} />
}
