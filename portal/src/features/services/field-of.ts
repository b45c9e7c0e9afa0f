// The fields of a form in the order of its flow: as the dataset declares them, required as the flow asks.
import type { DatasetDetail, Field, FlowInput, Row } from '@/shared/api/types'

export function formFields(dataset: DatasetDetail, form: FlowInput[]): Field[] {
  return form.flatMap((input) => {
    const field = dataset.fields.find((one) => one.id === input.field)
    return field === undefined ? [] : [{ ...field, required: input.required }]
  })
}

/** Fields of a row that say something and are not left out: neither empty, nor the number and the state, which stand above. */
export function toldFields(dataset: DatasetDetail, row: Row, without: string[]): Field[] {
  const left = new Set([...without, ...dataset.grain])
  return dataset.fields.filter((field) => !left.has(field.id) && field.type !== 'state' && row[field.id] !== null && row[field.id] !== undefined && row[field.id] !== '')
}
