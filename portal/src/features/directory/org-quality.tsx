// How good the data of an organisation are, by dataset; the worst first.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { QualityRow } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

type Line = { dataset: string; n_rows: number; n_bad: number; n_warn: number }

function byDataset(rows: QualityRow[]): Line[] {
  const lines = new Map<string, Line>()
  for (const row of rows) {
    const line = lines.get(row.dataset) ?? { dataset: row.dataset, n_rows: 0, n_bad: 0, n_warn: 0 }
    lines.set(row.dataset, { dataset: row.dataset, n_rows: line.n_rows + row.n_rows, n_bad: line.n_bad + row.n_bad, n_warn: line.n_warn + row.n_warn })
  }
  return [...lines.values()].sort((a, b) => rate(a) - rate(b))
}

const rate = (line: Line) => (line.n_rows + line.n_bad === 0 ? 1 : line.n_rows / (line.n_rows + line.n_bad))

export function OrgQuality({ org }: { org: string }) {
  const { t } = useTranslation()
  const titleOf = useDatasetTitles()
  const quality = useQuery({ queryKey: ['org-quality', org], queryFn: () => data(api.GET('/api/v1/quality', { params: { query: { org, limit: 1000 } } })) })
  const columns: PlainColumn<Line>[] = [
    { key: 'dataset', title: t('quality.dataset'), render: (line) => <Link to={`/dataset?id=${line.dataset}`}>{titleOf(line.dataset)}</Link> },
    { key: 'rows', title: t('quality.rows'), align: 'right', render: (line) => formatNumber(line.n_rows) },
    { key: 'bad', title: t('quality.bad'), align: 'right', render: (line) => (line.n_bad === 0 ? '0' : <Link to={`/quarantine?id=${line.dataset}&org=${org}`}>{formatNumber(line.n_bad)}</Link>) },
    { key: 'rate', title: t('quality.rate'), align: 'right', render: (line) => formatRate(rate(line)) },
  ]
  return (
    <section className="bm-panel" aria-labelledby="org-quality">
      <h2 id="org-quality">{t('menu.quality')}</h2>
      <QueryView query={quality} isEmpty={({ items }) => items.length === 0} empty={<EmptyState title={t('orgs.no_quality')} />}>
        {({ items }) => <PlainTable label={t('menu.quality')} columns={columns} rows={byDataset(items)} rowKey={(line) => line.dataset} />}
      </QueryView>
    </section>
  )
}
