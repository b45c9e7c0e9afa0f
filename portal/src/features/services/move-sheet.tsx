// One move before it is made: where it leads, what must be given with it, the note. What is typed stays when it is refused.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { rowInput } from '@/pack-ui/form/values'
import { rowTitle } from '@/pack-ui/grid/cell'
import { api, ApiError, data } from '@/shared/api/client'
import type { Case, CaseMove, DatasetDetail, Flow } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Sheet } from '@/shared/ui/sheet'
import { sentencesOf, type CaseDraft, type Texts } from './case-draft'
import { formFields } from './field-of'
import { offerOf } from './offers'
import { MoveFields, noteKey, valuesOf, wrongInputs, type WrongInputs } from './move-fields'
import { useTakeIn } from './queries'
import { useDesk } from './words'

type Props = { one: Case; move: CaseMove; flow: Flow | undefined; dataset: DatasetDetail; draft: CaseDraft | null; onDone: (one: Case) => void; onClose: () => void }
const empty: Texts = {}

function useMove({ one, move, dataset, draft, onDone, onClose }: Props) {
  const cache = useQueryClient()
  const takeIn = useTakeIn()
  const two = useTwo()
  const fields = formFields(dataset, move.form)
  const [texts, change, clear] = useDraft(`move ${one.id} ${move.id}`, empty)
  const [wrong, setWrong] = useState<WrongInputs>({})
  /** What the case's own form lacks is told there. */
  const tellForm = (error: unknown) => {
    const above = sentencesOf(error, one.form.map((input) => input.field).filter((id) => !fields.some((field) => field.id === id)), two)
    const first = Object.keys(above)[0]
    if (draft === null || first === undefined) return
    draft.refuse(above)
    onClose()
    setTimeout(() => document.getElementById(`field-${first}`)?.focus()) // once the sheet has given the focus back
  }
  const send = useMutation({
    mutationFn: async () => {
      if (draft !== null && !(await draft.flush())) return null
      const body = { seq: draft?.snapshot().one.seq ?? one.seq, move: move.id, values: valuesOf(fields, texts), note: (texts[noteKey] ?? '').trim() }
      return data(api.POST('/api/v1/cases/{case}/moves', { params: { path: { case: one.id } }, body }))
    },
    onSuccess: (moved) => {
      if (moved === null) return onClose() // the form says what is to be mended
      clear()
      takeIn(moved)
      onDone(moved)
    },
    onError: (error) => {
      tellForm(error)
      if (error instanceof ApiError && error.problem.status === 409) void cache.invalidateQueries({ queryKey: ['case', one.id] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = wrongInputs(fields, texts, (field) => rowInput(field, one.row))
    setWrong(found)
    if (Object.keys(found).length === 0) send.mutate()
  }
  return { fields, texts, change, wrong, send, submit, refused: sentencesOf(send.error, fields.map((field) => field.id), two) }
}

export function MoveSheet(props: Props) {
  const { one, move, flow, onClose } = props
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  const { fields, texts, change, wrong, send, submit, refused } = useMove(props)
  const who = desk(flow, move.to)
  const textOf = (id: string) => texts[id] ?? fields.filter((field) => field.id === id).map((field) => rowInput(field, one.row))[0] ?? ''
  const isThere = one.moves.some((other) => other.id === move.id && other.allowed)
  return (
    <Sheet title={two(move.label)} onClose={onClose}>
      <form className="bm-form" onSubmit={submit} noValidate>
        <p>{w(who === '' ? 'move.leads_to' : 'move.leads_to_desk', { state: two(move.to_title), who })}</p>
        <MoveFields move={move} fields={fields} texts={texts} given={(field) => ({ text: rowInput(field, one.row), title: rowTitle(field, one.row, t) })} wrong={wrong} refused={refused} offer={(field) => offerOf(one.id, one.seq, move.form.find((input) => input.field === field.id), textOf, move.id)} busy={send.isPending} onChange={change} />
        {move.four_eyes && <p className="bm-foot">{w('move.four_eyes')}</p>}
        <ProblemNote error={send.error} />
        {!isThere && send.error && <p role="status" className="bm-note-warn">{w('move.changed')}</p>}
        <div className="bm-form-foot"><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="primary" htmlType="submit" loading={send.isPending} disabled={!isThere || (move.note_required && (texts[noteKey] ?? '').trim() === '')}>{w('move.confirm', { move: two(move.label) })}</Button></div>
      </form>
    </Sheet>
  )
}
