// Where the inputs of a case's forms find what they offer.
import type { Offer } from '@/pack-ui/form/choice-input'
import { api, data } from '@/shared/api/client'
import type { FlowInput } from '@/shared/api/types'

/** What an input offers; undefined: it is typed. `move`: in whose form it stands. `textOf`: what the form says, kept or not. */
export function offerOf(id: string, seq: number, input: FlowInput | undefined, textOf: (field: string) => string, move?: string): Offer | undefined {
  if (input?.choose === undefined) return undefined
  const { many, chosen, on: narrowedBy } = input.choose
  const on = narrowedBy === undefined ? '' : textOf(narrowedBy)
  return {
    key: [id, String(seq), move ?? '', input.field, on],
    many,
    chosen,
    find: async (typed) => (await data(api.GET('/api/v1/cases/{case}/choices/{field}', { params: { path: { case: id, field: input.field }, query: { q: typed === '' ? undefined : typed, move, on: on === '' ? undefined : on } } }))).items,
  }
}
