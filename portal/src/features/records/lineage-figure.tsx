// The one figure that the way down began at: how many rows it counts, and which files they came from.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Where } from '@/pack-ui/cards/result'
import { api, data } from '@/shared/api/client'
import type { Explanation } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

export type Figure = { metric: string; title: string; where: Where }

/** The figure that an address names; null where it names none, or not one that can be read. */
export function readFigure(address: URLSearchParams): Figure | null {
  const metric = address.get('metric')
  const cell = address.get('cell')
  if (metric === null || cell === null) return null
  try {
    const where: unknown = JSON.parse(cell)
    return typeof where === 'object' && where !== null && !Array.isArray(where) ? { metric, title: address.get('title') ?? '', where: where as Where } : null
  } catch {
    return null
  }
}

export function LineageFigure({ metric, title, where }: Figure) {
  const { t } = useTranslation()
  const explanation = useQuery({ queryKey: ['explain', [metric], [], where], queryFn: () => data(api.POST('/api/v1/metrics/explain', { body: { metrics: [metric], by: [], where } })) })
  const columns: PlainColumn<Explanation['sources'][number]>[] = [
    { key: 'file', title: t('batch.file'), render: (source) => source.file },
    { key: 'at', title: t('batch.at'), render: (source) => formatTime(source.at) },
    { key: 'rows', title: t('how.n_rows'), align: 'right', render: (source) => formatNumber(source.n_rows) },
  ]
  return (
    <section className="bm-panel" aria-labelledby="lineage-figure">
      <h2 id="lineage-figure">{t('lineage.figure', { title })}</h2>
      <QueryView query={explanation} rows={2}>
        {(how) => (
          <>
            <p>{t('how.sources', { n: formatNumber(how.n_rows) })}</p>
            {how.sources.length === 0 ? <EmptyState title={t('how.no_sources')} /> : <PlainTable label={t('how.sources_label')} columns={columns} rows={how.sources} rowKey={(source) => source.batch} />}
          </>
        )}
      </QueryView>
    </section>
  )
}
