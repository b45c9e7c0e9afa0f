// A field of a form: its label with unit, its input, and what is wrong with it.
import type { ReactNode } from 'react'
import { FieldInput, type FieldInputProps } from './field-input'

type Props = Omit<FieldInputProps, 'bad'> & { sentence?: string; note?: ReactNode }

export function FieldLine({ sentence, note, ...input }: Props) {
  const { field, id = `field-${field.id}` } = input
  return (
    <div>
      <label htmlFor={id}>{field.title}{field.required && <span className="bm-required" aria-hidden="true">*</span>}{field.unit && <small> ({field.unit})</small>}</label>
      {note}
      <FieldInput {...input} bad={sentence !== undefined} />
      {sentence && <p role="alert" className="bm-field-error">{sentence}</p>}
    </div>
  )
}
