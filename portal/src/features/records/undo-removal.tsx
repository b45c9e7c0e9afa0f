// A row has just been deleted: the way back, until another is deleted or it is put away.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { ProblemNote } from '@/shared/ui/problem-note'

export function UndoRemoval({ dataset, rowKey, onDone }: { dataset: string; rowKey: string; onDone: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const undo = useMutation({
    mutationFn: () => data(api.POST('/api/v1/datasets/{id}/rows/{key}/undo', { params: { path: { id: dataset, key: rowKey } } })),
    onSuccess: async () => {
      onDone()
      await Promise.all([['rows', dataset], ['dataset', dataset], ['row-history', dataset]].map((queryKey) => cache.invalidateQueries({ queryKey })))
    },
  })
  return (
    <div className="bm-edit-bar" role="status">
      <span>{t('row.removed')}</span>
      <span className="bm-query-end">
        <Button size="small" type="primary" loading={undo.isPending} onClick={() => undo.mutate()}>{t('row.undo_remove')}</Button>
        <Button size="small" onClick={onDone}>{t('action.close')}</Button>
      </span>
      <ProblemNote error={undo.error} />
    </div>
  )
}
