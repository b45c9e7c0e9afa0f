// A pasted block before it is saved: what each cell becomes, what the server would refuse, then one save for all that is good.
import '@/shared/i18n/records'
import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { copyText } from '@/pack-ui/grid/cell'
import { planPaste, type Anchor, type Paste } from '@/pack-ui/grid/paste'
import { api, data } from '@/shared/api/client'
import type { DatasetDetail, Field, Row, RowOutcome } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Tag } from '@/shared/ui/tag'

const blockRows = 1000
const shownRows = 200
const tones = { created: 'blue', changed: 'amber', same: 'grey', refused: 'red' } as const
type Props = { dataset: DatasetDetail; fields: Field[]; rows: Row[]; start: { text: string; anchor: Anchor | null }; onSaved: (outcomes: RowOutcome[]) => Promise<void>; onClose: () => void }

async function send(dataset: string, paste: Paste, dryRun: boolean, only?: (index: number) => boolean): Promise<RowOutcome[]> {
  const rows = only ? paste.changes.filter((_, index) => only(index)) : paste.changes
  const outcomes: RowOutcome[] = []
  for (let at = 0; at < rows.length; at += blockRows) {
    const block = await data(api.POST('/api/v1/datasets/{id}/rows/bulk', { params: { path: { id: dataset } }, body: { dry_run: dryRun, rows: rows.slice(at, at + blockRows) } }))
    outcomes.push(...block.items)
  }
  return outcomes
}

function Preview({ paste, outcomes }: { paste: Paste; outcomes: RowOutcome[] }) {
  const { t } = useTranslation()
  const two = useTwo()
  return (
    <div className="bm-table-frame bm-paste" tabIndex={0} role="region" aria-label={t('paste.preview')}>
      <table className="bm-table">
        <thead><tr><th scope="col">{t('paste.row')}</th><th scope="col">{t('paste.outcome')}</th>{paste.columns.map((field) => <th key={field.id} scope="col">{field.title}</th>)}</tr></thead>
        <tbody>
          {paste.cells.slice(0, shownRows).map((line, i) => {
            const outcome = outcomes[i]
            const others = outcome?.errors.filter((error) => !paste.columns.some((field) => error.where === `$.${field.id}`)) ?? []
            return (
              <tr key={`${i} ${line.join(' ')}`}>
                <td>{i + 1}</td>
                <td>{outcome && <Tag tone={tones[outcome.state]}>{t(`paste.${outcome.state}`)}</Tag>}{others.map((error) => <p key={error.code} className="bm-field-error">{two(error.detail)}</p>)}</td>
                {paste.columns.map((field, at) => {
                  const before = paste.before[i]
                  const old = before ? copyText(field, before, t) : ''
                  const errors = outcome?.errors.filter((error) => error.where === `$.${field.id}`) ?? []
                  return <td key={field.id} className={errors.length > 0 ? 'bm-cell-refused' : undefined}>{before && old !== (line[at] ?? '') && <><del>{old || t('value.none')}</del> </>}{line[at] || t('value.none')}{errors.map((error) => <p key={error.code} className="bm-field-error">{two(error.detail)}</p>)}</td>
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export function PasteDialog({ dataset, fields, rows, start, onSaved, onClose }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(start.text)
  const [paste, setPaste] = useState<Paste | null>(null)
  const check = useMutation({
    mutationFn: async (typed: string) => {
      const plan = planPaste(typed, { fields, all: dataset.fields, grain: dataset.grain, rows, anchor: start.anchor })
      setPaste(plan)
      return plan.problem ? [] : send(dataset.id, plan, true)
    },
  })
  const save = useMutation({
    mutationFn: async (plan: Paste) => send(dataset.id, plan, false, (index) => check.data?.[index]?.state !== 'refused'),
    onSuccess: async (outcomes) => {
      await onSaved(outcomes)
      if (outcomes.every((one) => one.state !== 'refused')) onClose()
    },
  })
  const [first] = useState(() => start.text)
  if (first !== '' && check.isIdle) check.mutate(first)
  const outcomes = check.data ?? []
  const n = (state: RowOutcome['state']) => outcomes.filter((one) => one.state === state).length
  const ready = paste !== null && !paste.problem && check.isSuccess && n('created') + n('changed') > 0
  return (
    <Modal open title={t('paste.title')} width={920} onCancel={onClose} footer={null} destroyOnHidden>
      <p>{t(start.anchor ? 'paste.note_cells' : 'paste.note_rows')}</p>
      <label htmlFor="paste-text">{t('paste.text')}</label>
      <Input.TextArea id="paste-text" rows={3} value={text} onChange={(event) => setText(event.target.value)} />
      <div className="bm-form-foot"><Button loading={check.isPending} onClick={() => check.mutate(text)}>{t('paste.check')}</Button></div>
      {paste?.problem && <p role="alert" className="bm-field-error">{t(`paste.problem.${paste.problem}`)}</p>}
      <ProblemNote error={check.error ?? save.error} />
      {paste && !paste.problem && check.isSuccess && (
        <>
          <p role="status">{t('paste.sum', { created: n('created'), changed: n('changed'), same: n('same'), refused: n('refused') })}{outcomes.length > shownRows && ` ${t('paste.first_rows', { n: shownRows })}`}</p>
          <Preview paste={paste} outcomes={outcomes} />
        </>
      )}
      {save.data && <p role="status">{t('paste.saved', { n: save.data.filter((one) => one.state !== 'refused').length, refused: save.data.filter((one) => one.state === 'refused').length })}</p>}
      <div className="bm-form-foot">
        <Button onClick={onClose}>{t('action.close')}</Button>
        <Button type="primary" disabled={!ready || save.isSuccess} loading={save.isPending} onClick={() => paste && save.mutate(paste)}>{t('paste.save', { n: n('created') + n('changed') })}</Button>
      </div>
    </Modal>
  )
}
