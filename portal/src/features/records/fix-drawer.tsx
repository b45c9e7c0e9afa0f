// One bad row in the form that its dataset declares: mended, checked again by the server, and then part of the dataset.
import '@/shared/i18n/records'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { dropDraft } from '@/pack-ui/form/draft'
import { RowForm } from '@/pack-ui/form/row-form'
import { api, ApiError, data } from '@/shared/api/client'
import type { BadRow, DatasetDetail, Value } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'

function refusals(error: unknown, say: (detail: { zh: string; en: string }) => string): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  return Object.fromEntries((error.problem.errors ?? []).filter((reason) => reason.where.startsWith('$.')).map((reason) => [reason.where.slice(2), say(reason.detail)]))
}

function Mend({ dataset, bad, onClose }: { dataset: DatasetDetail; bad: BadRow; onClose: () => void }) {
  const { t } = useTranslation()
  const two = useTwo()
  const cache = useQueryClient()
  const draft = `banmo.fix.${dataset.id}.${bad.id}`
  const fix = useMutation({
    mutationFn: (body: Record<string, Value>) => data(api.POST('/api/v1/datasets/{id}/quarantine/{row}/fix', { params: { path: { id: dataset.id, row: bad.id } }, body })),
    onSuccess: async () => {
      dropDraft(draft)
      onClose()
      await Promise.all([['worklist'], ['quarantine', dataset.id], ['rows', dataset.id], ['dataset', dataset.id], ['quality']].map((queryKey) => cache.invalidateQueries({ queryKey })))
    },
  })
  return (
    <>
      <p className="bm-note-warn">{two(bad.detail)}</p>
      <p className="bm-foot">{t('row.source_text', { file: bad.file, line: bad.line })}{bad.org && ` · ${bad.org.title}`}</p>
      <ProblemNote error={fix.error} />
      <RowForm
        fields={dataset.fields} grain={[]} texts={bad.values} refused={{ ...(fix.error ? refusals(fix.error, two) : bad.field === '' ? {} : { [bad.field]: two(bad.detail) }) }}
        draft={draft} busy={fix.isPending} onSave={(body) => fix.mutate(body)} onCancel={onClose}
      />
    </>
  )
}

export function FixDrawer({ dataset, row, onClose }: { dataset: DatasetDetail; row: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const bad = useQuery({
    queryKey: ['bad-row', dataset.id, row],
    queryFn: () => data(api.GET('/api/v1/datasets/{id}/quarantine/{row}', { params: { path: { id: dataset.id, row: row ?? '' } } })),
    enabled: row !== null, gcTime: 0,
  })
  return (
    <Drawer open={row !== null} onClose={onClose} title={t('work.fix_title')} size={520} destroyOnHidden>
      {row !== null && <QueryView query={bad}>{(one) => <Mend key={one.id} dataset={dataset} bad={one} onClose={onClose} />}</QueryView>}
    </Drawer>
  )
}
