import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { valueText } from '@/pack-ui/grid/cell'
import { api, data } from '@/shared/api/client'
import type { DatasetDetail, Value } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useMe } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

/** Every change of a row: when, by whom, from which file and line, what before and after. */
export function RowHistory({ dataset, rowKey }: { dataset: DatasetDetail; rowKey: string }) {
  const { t } = useTranslation()
  const history = useQuery({
    queryKey: ['row-history', dataset.id, rowKey],
    queryFn: () => data(api.GET('/api/v1/datasets/{id}/rows/{key}/history', { params: { path: { id: dataset.id, key: rowKey } } })),
  })
  const me = useMe().data
  const cache = useQueryClient()
  const undo = useMutation({
    mutationFn: (edit: number) => data(api.POST('/api/v1/datasets/{id}/rows/{key}/undo', { params: { path: { id: dataset.id, key: rowKey }, query: { edit } } })),
    onSuccess: () => Promise.all([['rows', dataset.id], ['dataset', dataset.id], ['row-history', dataset.id]].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  })
  const text = (id: string, value: Value, title: string | undefined) => {
    const field = dataset.fields.find((one) => one.id === id)
    if (field?.person && !field.masked && value !== '') return title ?? t('value.hidden')
    return (field ? valueText(field, value, t, title) : String(value ?? '')) || t('value.none')
  }
  return (
    <QueryView query={history} rows={2} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('row.no_history')} />}>
      {(page) => (
        <>
        <ProblemNote error={undo.error} />
        <ol className="bm-timeline">
          {page.items.map((event, index) => (
            <li key={`${event.at} ${event.op} ${event.edit ?? ''}`}>
              <time dateTime={event.at}>{formatTime(event.at)}</time> <strong>{t(`row_op.${event.op}`)}</strong> {event.by}{' '}
              {event.source.file && <small>{t('row.source_text', { file: event.source.file, line: event.source.line ?? '' })}</small>}
              {index === 0 && dataset.can.edit && event.edit !== undefined && event.by === me?.account && (
                <Button size="small" loading={undo.isPending} onClick={() => undo.mutate(event.edit ?? 0)}>{t('row.undo')}</Button>
              )}
              {event.op === 'update' && (
                <ul>{event.changes.map((change) => <li key={change.field}>{dataset.fields.find((field) => field.id === change.field)?.title ?? change.field}: {text(change.field, change.before, change.before_title)} → {text(change.field, change.after, change.after_title)}</li>)}</ul>
              )}
            </li>
          ))}
        </ol>
        </>
      )}
    </QueryView>
  )
}
