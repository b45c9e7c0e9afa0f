// How a figure was computed: definition, formula, filters, files it came from, the query, and the rows behind it.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Where } from '@/pack-ui/cards/result'
import { api, data } from '@/shared/api/client'
import type { Explanation } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { EmptyState } from '@/shared/ui/states'
import { RowsBehind } from './rows-behind'

export type HowAsked = { title: string; metrics: string[]; by: string[]; where: Where }

/** The way from this very figure down to its files. */
function lineageOf(asked: HowAsked): string {
  return `/lineage?${String(new URLSearchParams({ metric: asked.metrics[0] ?? '', title: asked.title, cell: JSON.stringify(asked.where) }))}`
}

function filterText(filters: string | string[]): string {
  return Array.isArray(filters) ? filters.join('; ') : filters
}

function Body({ asked }: { asked: HowAsked }) {
  const { t } = useTranslation()
  const titleOf = useDatasetTitles()
  const seesRows = useRight('datasets.read')
  const explanation = useQuery({
    queryKey: ['explain', asked.metrics, asked.by, asked.where],
    queryFn: () => data(api.POST('/api/v1/metrics/explain', { body: { metrics: asked.metrics, by: asked.by, where: asked.where } })),
  })
  const sources: PlainColumn<Explanation['sources'][number]>[] = [
    { key: 'file', title: t('batch.file'), render: (source) => source.file },
    { key: 'at', title: t('batch.at'), render: (source) => formatTime(source.at) },
    { key: 'rows', title: t('how.n_rows'), align: 'right', render: (source) => formatNumber(source.n_rows) },
  ]
  return (
    <QueryView query={explanation}>
      {(how) => (
        <div className="bm-stack">
          {how.metrics.map((metric) => (
            <section key={metric.id}>
              <h3>{metric.title} <code>{metric.id}</code></h3>
              <p>{metric.definition}</p>
              <dl className="bm-facts bm-facts-wide">
                <div><dt>{t('how.formula')}</dt><dd><code>{metric.formula}</code></dd></div>
                <div><dt>{t('how.dataset')}</dt><dd>{titleOf(metric.dataset)}</dd></div>
                {filterText(metric.filters) !== '' && <div><dt>{t('how.filters')}</dt><dd><code>{filterText(metric.filters)}</code></dd></div>}
              </dl>
            </section>
          ))}
          <h3>{t('how.sources', { n: formatNumber(how.n_rows) })}</h3>
          {how.sources.length === 0 ? <EmptyState title={t('how.no_sources')} /> : <PlainTable label={t('how.sources_label')} columns={sources} rows={how.sources} rowKey={(source) => source.batch} />}
          {seesRows && <p><Link to={lineageOf(asked)}>{t('how.to_lineage')}</Link></p>}
          <h3>{t('how.query')}</h3>
          <pre className="bm-sql" tabIndex={0} aria-label={t('how.query')}>{how.sql}</pre>
          {seesRows && <RowsBehind metric={asked.metrics[0] ?? ''} where={asked.where} dataset={how.metrics[0]?.dataset ?? ''} />}
        </div>
      )}
    </QueryView>
  )
}

export function HowDrawer({ asked, onClose }: { asked: HowAsked | null; onClose: () => void }) {
  const { t } = useTranslation()
  if (asked === null) return null
  return <Sheet title={t('how.title', { title: asked.title })} onClose={onClose}><Body asked={asked} /></Sheet>
}
