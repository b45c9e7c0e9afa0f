// Quality: the share of good rows by school, and which rules are broken most.
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { QualityRow, QualityRule } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { useDatasets } from './queries'

function Rate({ rate }: { rate: number }) {
  return <span className="bm-rate"><span className="bm-rate-bar" aria-hidden="true"><i style={{ width: `${rate * 100}%` }} /></span>{formatRate(rate)}</span>
}

export default function QualityPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const datasets = useDatasets()
  const dataset = address.get('dataset') ?? undefined
  const org = address.get('org') ?? undefined
  const title = (id: string) => datasets.data?.items.find((one) => one.id === id)?.title ?? id
  const rules = useQuery({ queryKey: ['quality-rules', dataset ?? ''], queryFn: () => data(api.GET('/api/v1/quality/rules', { params: { query: { dataset } } })) })
  const schools: PlainColumn<QualityRow>[] = [
    { key: 'org', title: t('quality.org'), render: (row) => row.org?.title ?? t('quality.no_org') },
    { key: 'dataset', title: t('quality.dataset'), render: (row) => title(row.dataset) },
    { key: 'rate', title: t('quality.rate'), render: (row) => <Rate rate={row.rate} /> },
    { key: 'rows', title: t('quality.rows'), align: 'right', render: (row) => formatNumber(row.n_rows) },
    {
      key: 'bad', title: t('quality.bad'), align: 'right',
      render: (row) => (row.n_bad === 0 ? '0' : <Link to={`/quarantine?id=${encodeURIComponent(row.dataset)}${row.org ? `&org=${row.org.id}` : ''}`}>{formatNumber(row.n_bad)}</Link>),
    },
    { key: 'warn', title: t('quality.warn'), align: 'right', render: (row) => formatNumber(row.n_warn) },
  ]
  const ruleColumns: PlainColumn<QualityRule>[] = [
    { key: 'rule', title: t('contract.rule'), render: (rule) => rule.title },
    { key: 'dataset', title: t('quality.dataset'), render: (rule) => title(rule.dataset) },
    { key: 'severity', title: t('contract.severity'), render: (rule) => <Tag tone={rule.severity === 'error' ? 'red' : 'amber'}>{t(`severity.${rule.severity}`)}</Tag> },
    { key: 'bad', title: t('quality.hits'), align: 'right', render: (rule) => formatNumber(rule.n_bad) },
  ]
  return (
    <Page title={t('menu.quality')} note={t('quality.note')}>
      <div className="bm-query">
        <Select
          aria-label={t('quality.dataset')} placeholder={t('quality.all_datasets')} allowClear value={dataset} onChange={(value?: string) => change({ dataset: value })}
          options={(datasets.data?.items ?? []).filter((one) => one.kind === 'entry').map((one) => ({ value: one.id, label: one.title }))}
        />
        {org && <button type="button" className="bm-chip" onClick={() => change({ org: undefined })}>{t('quarantine.one_org')} <span aria-hidden="true">×</span></button>}
      </div>
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
    </Page>
  )
}
