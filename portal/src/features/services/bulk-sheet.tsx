// One move of many cases: chosen, looked at without writing anything, then made. Each case has its own outcome.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Case, CaseHead, CaseMove, CaseMoveOutcomes, DatasetDetail } from '@/shared/api/types'
import { useDataset } from '@/shared/datasets'
import { formatNumber } from '@/shared/format/numbers'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { Tag } from '@/shared/ui/tag'
import { formFields } from './field-of'
import { offerOf } from './offers'
import { MoveFields, noteKey, valuesOf, wrongInputs, type WrongInputs } from './move-fields'
import { useCase } from './queries'

type Outcome = CaseMoveOutcomes['items'][number]

function Outcomes({ outcomes }: { outcomes: CaseMoveOutcomes }) {
  const w = useServiceWords()
  const two = useTwo()
  const columns: PlainColumn<Outcome>[] = [
    { key: 'key', title: w('bulk.case'), render: (one) => one.key },
    { key: 'state', title: w('bulk.outcome'), render: (one) => (one.refused ? <Tag tone="amber">{w('bulk.refused')}</Tag> : <Tag tone="green">{one.to_title ? two(one.to_title) : ''}</Tag>) },
    { key: 'why', title: w('bulk.why'), wide: true, render: (one) => (one.refused ? two(one.refused.detail) : '') },
  ]
  return (
    <>
      <p role="status" className={outcomes.n_refused === 0 ? 'bm-done' : 'bm-note-warn'}>{w(outcomes.dry_run ? 'bulk.would' : 'bulk.did', { n: formatNumber(outcomes.n_moved), refused: formatNumber(outcomes.n_refused) })}</p>
      <PlainTable label={w('bulk.outcome')} columns={columns} rows={outcomes.items} rowKey={(one) => one.case} />
    </>
  )
}

type SheetProps = { heads: CaseHead[]; onMoved: () => void; onClose: () => void }
type MovingProps = SheetProps & { first: Case; move: CaseMove; dataset: DatasetDetail }

function Moving({ heads, first, move, dataset, onMoved, onClose }: MovingProps) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const cache = useQueryClient()
  const fields = formFields(dataset, move.form)
  const [texts, setTexts] = useState<Record<string, string>>({})
  const [wrong, setWrong] = useState<WrongInputs>({})
  const send = useMutation({
    mutationFn: (dry_run: boolean) => data(api.POST('/api/v1/cases/moves', { body: { items: heads.map((head) => ({ case: head.id, seq: head.seq })), move: move.id, values: valuesOf(fields, texts), note: (texts[noteKey] ?? '').trim(), dry_run } })),
    onSuccess: (outcomes) => {
      if (outcomes.dry_run) return
      onMoved()
      for (const key of ['cases', 'case', 'home', 'flow-figures']) void cache.invalidateQueries({ queryKey: [key] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = wrongInputs(fields, texts, () => '')
    setWrong(found)
    if (Object.keys(found).length === 0) send.mutate(true)
  }
  if (send.data?.dry_run === false) return <><Outcomes outcomes={send.data} /><div className="bm-form-foot"><Button type="primary" onClick={onClose}>{t('action.close')}</Button></div></>
  return (
    <form className="bm-form" onSubmit={submit} noValidate>
      <MoveFields move={move} fields={fields} texts={texts} wrong={wrong} offer={(field) => offerOf(first.id, first.seq, move.form.find((input) => input.field === field.id), (id) => texts[id] ?? '', move.id)} busy={send.isPending} onChange={(changes) => { send.reset(); setTexts((old) => ({ ...old, ...changes })) }} />
      <ProblemNote error={send.error} />
      {send.data && <Outcomes outcomes={send.data} />}
      <div className="bm-form-foot">
        <Button type={send.data ? 'default' : 'primary'} htmlType="submit" loading={send.isPending} disabled={move.note_required && (texts[noteKey] ?? '').trim() === ''}>{w('bulk.preview')}</Button>
        {send.data && send.data.n_moved > 0 && <Button type="primary" loading={send.isPending} onClick={() => send.mutate(false)}>{w('bulk.confirm', { move: two(move.label), n: formatNumber(send.data.n_moved) })}</Button>}
      </div>
    </form>
  )
}

function Chosen({ first, ...sheet }: SheetProps & { first: Case }) {
  const w = useServiceWords()
  const two = useTwo()
  const dataset = useDataset(first.dataset)
  const [chosen, setChosen] = useState('')
  const [moves] = useState(() => first.moves.filter((move) => move.allowed)) // as it was chosen: once it is handled it stands elsewhere
  const move = moves.find((one) => one.id === chosen)
  return (
    <>
      <p>{w('bulk.chosen', { n: formatNumber(sheet.heads.length), state: two(first.state_title) })}</p>
      <p><Choice label={w('bulk.move')} value={chosen} empty={w('bulk.choose_move')} options={moves.map((one) => ({ value: one.id, label: two(one.label) }))} onChange={(id) => setChosen(id ?? '')} /></p>
      {move && <QueryView query={dataset} rows={2}>{(detail) => <Moving key={move.id} {...sheet} first={first} move={move} dataset={detail} />}</QueryView>}
    </>
  )
}

/** `onMoved`: the cases were handled, and the sheet still tells how. */
export function BulkSheet(sheet: SheetProps) {
  const w = useServiceWords()
  const first = useCase(sheet.heads[0]?.id ?? '')
  return <Sheet title={w('bulk.title')} onClose={sheet.onClose}><QueryView query={first} rows={2}>{(one) => <Chosen {...sheet} first={one} />}</QueryView></Sheet>
}
