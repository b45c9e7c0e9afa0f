// Findings of one dataset by school and rule.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { DatasetDetail, RuleLine } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

export function RuleMatrix({ dataset, org, titles }: { dataset: DatasetDetail; org?: string; titles: Map<string, string> }) {
  const { t } = useTranslation()
  const lines = useQuery({
    queryKey: ['quality', 'matrix', dataset.id, org ?? ''],
    queryFn: () => data(api.GET('/api/v1/datasets/{id}/quality', { params: { path: { id: dataset.id }, query: { org } } })),
  })
  const title = (rule: string) => dataset.rules.find((one) => one.id === rule)?.title ?? titles.get(rule) ?? rule
  return (
    <QueryView query={lines} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('quality.none')} />}>
      {(page) => {
        const rules = [...new Set(page.items.flatMap((line) => Object.keys(line.rules)))].sort()
        const columns: PlainColumn<RuleLine>[] = [
          { key: 'org', title: t('quality.org'), render: (line) => line.org?.title ?? t('quality.no_org') },
          { key: 'rate', title: t('quality.rate'), align: 'right', render: (line) => (line.rate === undefined ? '' : formatRate(line.rate)) },
          ...rules.map((rule): PlainColumn<RuleLine> => ({
            key: rule, title: title(rule), align: 'right',
            render: (line) => {
              const n = line.rules[rule] ?? 0
              return n === 0 ? '0' : line.org ? <Link to={`/quarantine?id=${encodeURIComponent(dataset.id)}&org=${line.org.id}`}>{formatNumber(n)}</Link> : formatNumber(n)
            },
          })),
        ]
        return <PlainTable label={t('quality.matrix')} columns={columns} rows={page.items} rowKey={(line, i) => line.org?.id ?? String(i)} />
      }}
    </QueryView>
  )
}
