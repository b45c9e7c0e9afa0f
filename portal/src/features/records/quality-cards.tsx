// The share of good rows by school, and which rules are broken most.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { QualityRow, QualityRule } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

function Rate({ rate }: { rate: number }) {
  return <span className="bm-rate"><span className="bm-rate-bar" aria-hidden="true"><i style={{ width: `${rate * 100}%` }} /></span>{formatRate(rate)}</span>
}

export function QualityCards({ dataset, org, titles }: { dataset?: string; org?: string; titles: Map<string, string> }) {
  const { t } = useTranslation()
  const title = (id: string) => titles.get(id) ?? id
  const rules = useQuery({ queryKey: ['quality-rules', dataset ?? ''], queryFn: () => data(api.GET('/api/v1/quality/rules', { params: { query: { dataset } } })) })
  const schools: PlainColumn<QualityRow>[] = [
    { key: 'org', title: t('quality.org'), render: (row) => row.org?.title ?? t('quality.no_org') },
    { key: 'dataset', title: t('quality.dataset'), render: (row) => title(row.dataset) },
    { key: 'rate', title: t('quality.rate'), render: (row) => (row.rate === undefined ? '—' : <Rate rate={row.rate} />) },
    { key: 'rows', title: t('quality.rows'), align: 'right', render: (row) => formatNumber(row.n_rows) },
    {
      key: 'bad', title: t('quality.bad'), align: 'right',
      render: (row) => (row.n_bad === 0 ? '0' : <Link to={`/quarantine?id=${encodeURIComponent(row.dataset)}${row.org ? `&org=${row.org.id}` : ''}`}>{formatNumber(row.n_bad)}</Link>),
    },
    { key: 'warn', title: t('quality.warn'), align: 'right', render: (row) => formatNumber(row.n_warn) },
    { key: 'trend', title: t('quality.trend'), render: (row) => <Link to={`/quality?tab=trend&dataset=${encodeURIComponent(row.dataset)}${row.org ? `&org=${row.org.id}` : ''}`} aria-label={t('quality.trend_of', { org: row.org?.title ?? t('quality.no_org'), dataset: title(row.dataset) })}>{t('quality.see')}</Link> },
  ]
  const ruleColumns: PlainColumn<QualityRule>[] = [
    { key: 'rule', title: t('contract.rule'), render: (rule) => rule.title },
    { key: 'dataset', title: t('quality.dataset'), render: (rule) => title(rule.dataset) },
    { key: 'severity', title: t('contract.severity'), render: (rule) => <Tag tone={rule.severity === 'error' ? 'red' : 'amber'}>{t(`severity.${rule.severity}`)}</Tag> },
    { key: 'bad', title: t('quality.hits'), align: 'right', render: (rule) => formatNumber(rule.n_bad) },
  ]
  return (
    <>
      <h2>{t('quality.by_org')}</h2>
      <Paged
        queryKey={['quality', dataset ?? '', org ?? '']}
        fetchPage={(after) => data(api.GET('/api/v1/quality', { params: { query: { dataset, org, after } } }))}
        empty={<EmptyState title={t('quality.none')} />}
      >
        {(rows) => <PlainTable label={t('quality.by_org')} columns={schools} rows={rows} rowKey={(row, index) => `${row.dataset} ${row.org?.id ?? index}`} />}
      </Paged>
      <h2>{t('quality.by_rule')}</h2>
      <QueryView query={rules} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('quality.no_rules')} />}>
        {(page) => <PlainTable label={t('quality.by_rule')} columns={ruleColumns} rows={page.items} rowKey={(rule) => `${rule.dataset} ${rule.rule}`} />}
      </QueryView>
    </>
  )
}
