// One row beside the grid: its values and source, its history, its form.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dropDraft } from '@/pack-ui/form/draft'
import { RowForm } from '@/pack-ui/form/row-form'
import { cellText } from '@/pack-ui/grid/cell'
import { api, data, idempotencyKey } from '@/shared/api/client'
import type { DatasetDetail, Row, Value } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'
import { RowHistory } from './row-history'

type Props = { dataset: DatasetDetail; open: Row | 'new' | null; onRemoved: (key: string) => void; onClose: () => void }

function draftOf(dataset: DatasetDetail, row: Row | null): string {
  return `banmo.row.${dataset.id}.${row?._key ?? ''}`
}

function useSave(dataset: DatasetDetail, row: Row | null, onRemoved: (key: string) => void, onDone: () => void) {
  const cache = useQueryClient()
  const onSuccess = async () => {
    dropDraft(draftOf(dataset, row))
    onDone()
    await Promise.all([['rows', dataset.id], ['dataset', dataset.id], ['row-history', dataset.id]].map((queryKey) => cache.invalidateQueries({ queryKey })))
  }
  const save = useMutation({
    mutationFn: (body: Record<string, Value>) =>
      row === null
        ? data(api.POST('/api/v1/datasets/{id}/rows', { params: { path: { id: dataset.id }, header: { 'Idempotency-Key': idempotencyKey() } }, body }))
        : data(api.PATCH('/api/v1/datasets/{id}/rows/{key}', { params: { path: { id: dataset.id, key: row._key } }, body })),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v1/datasets/{id}/rows/{key}', { params: { path: { id: dataset.id, key: row?._key ?? '' } } }),
    onSuccess: () => {
      onRemoved(row?._key ?? '')
      return onSuccess()
    },
  })
  return { save, remove }
}

function Content({ dataset, row, onRemoved, onClose }: { dataset: DatasetDetail; row: Row | null; onRemoved: (key: string) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(row === null)
  const { save, remove } = useSave(dataset, row, onRemoved, onClose)
  if (editing) {
    return (
      <>
        <ProblemNote error={save.error} />
        <RowForm fields={dataset.fields} grain={dataset.grain} row={row ?? undefined} draft={draftOf(dataset, row)} busy={save.isPending} onSave={(body) => save.mutate(body)} onCancel={() => (row ? setEditing(false) : onClose())} />
      </>
    )
  }
  if (row === null) return null
  return (
    <>
      {dataset.can.edit && (
        <p className="bm-links">
          <Button type="primary" onClick={() => setEditing(true)}>{t('row.edit')}</Button>
          <Popconfirm title={t('row.remove_sure')} okText={t('row.remove')} cancelText={t('action.cancel')} onConfirm={() => remove.mutate()}>
            <Button danger loading={remove.isPending}>{t('row.remove')}</Button>
          </Popconfirm>
        </p>
      )}
      <ProblemNote error={remove.error} />
      {row._warn && row._warn.length > 0 && <p className="bm-note-warn">{t('row.warned', { rules: row._warn.map((id) => dataset.rules.find((rule) => rule.id === id)?.title ?? id).join(t('list.comma')) })}</p>}
      <dl className="bm-facts bm-facts-wide">
        {dataset.fields.map((field) => <div key={field.id}><dt>{field.title}</dt><dd>{cellText(field, row, t) || t('value.none')}{field.unit && row[field.id] !== null && <small> {field.unit}</small>}</dd></div>)}
      </dl>
      <h3>{t('row.source')}</h3>
      <p>{row._file ? t('row.source_text', { file: row._file, line: row._line ?? '' }) : t('row.by_hand')}</p>
      <h3>{t('row.history')}</h3>
      <RowHistory dataset={dataset} rowKey={row._key} />
    </>
  )
}

export function RowDrawer({ dataset, open, onRemoved, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer open={open !== null} onClose={onClose} title={open === 'new' ? t('dataset.add_row') : t('row.title')} size={480} destroyOnHidden>
      {open !== null && <Content key={open === 'new' ? '' : open._key} dataset={dataset} row={open === 'new' ? null : open} onRemoved={onRemoved} onClose={onClose} />}
    </Drawer>
  )
}
