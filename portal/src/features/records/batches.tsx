// The imports of a dataset: file, who, when, how many rows were good, bad, warned.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Batch } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'

export function Batches({ dataset }: { dataset: string }) {
  const { t } = useTranslation()
  const seesQuarantine = useRight('quality.read')
  const bad = (batch: Batch) => (
    batch.n_bad === 0 || !seesQuarantine ? formatNumber(batch.n_bad) : <Link to={`/quarantine?id=${encodeURIComponent(dataset)}&batch=${encodeURIComponent(batch.id)}`}>{formatNumber(batch.n_bad)}</Link>
  )
  const columns: PlainColumn<Batch>[] = [
    { key: 'file', title: t('batch.file'), render: (batch) => <span title={batch.sha256}>{batch.file}</span> },
    { key: 'at', title: t('batch.at'), render: (batch) => formatTime(batch.at) },
    { key: 'by', title: t('batch.by'), render: (batch) => batch.by },
    { key: 'good', title: t('job.n_good'), align: 'right', render: (batch) => formatNumber(batch.n_good) },
    { key: 'bad', title: t('job.n_bad'), align: 'right', render: bad },
    { key: 'warn', title: t('job.n_warn'), align: 'right', render: (batch) => formatNumber(batch.n_warn) },
  ]
  return (
    <Paged
      queryKey={['batches', dataset]}
      fetchPage={(after) => data(api.GET('/api/v1/batches', { params: { query: { dataset, after } } }))}
      empty={<EmptyState title={t('batch.none')} />}
    >
      {(batches) => <PlainTable label={t('dataset.batches')} columns={columns} rows={batches} rowKey={(batch) => batch.id} />}
    </Paged>
  )
}
