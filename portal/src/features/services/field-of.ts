// The fields of a form in the order of its flow: as the dataset declares them, required as the flow asks. Which of them are asked for, as far as the case
// stands, says the server.
import type { DatasetDetail, Field, FlowInput, Row } from '@/shared/api/types'

export function everyField(dataset: DatasetDetail, form: FlowInput[]): Field[] {
  return form.flatMap((input) => {
    const field = dataset.fields.find((one) => one.id === input.field)
    return field === undefined ? [] : [{ ...field, required: input.required }]
  })
}

/** Those that are asked for. */
export function formFields(dataset: DatasetDetail, form: FlowInput[]): Field[] {
  return everyField(dataset, form.filter((input) => input.asked))
}

export type FormPart = { title?: FlowInput['part']; fields: Field[] }

/** The fields that are asked for under their headings, in the order of the form. */
export function partsOf(form: FlowInput[], fields: Field[]): FormPart[] {
  const parts: FormPart[] = []
  for (const input of form) {
    const field = input.asked ? fields.find((one) => one.id === input.field) : undefined
    if (field === undefined) continue
    const last = parts.at(-1)
    if (last !== undefined && last.title?.zh === input.part?.zh) last.fields.push(field)
    else parts.push({ title: input.part, fields: [field] })
  }
  return parts
}

/** Fields of a row that say something and are not left out: neither empty, nor the number and the state, which stand above. */
export function toldFields(dataset: DatasetDetail, row: Row, without: string[]): Field[] {
  const left = new Set([...without, ...dataset.grain])
  return dataset.fields.filter((field) => !left.has(field.id) && field.type !== 'state' && row[field.id] !== null && row[field.id] !== undefined && row[field.id] !== '')
}
