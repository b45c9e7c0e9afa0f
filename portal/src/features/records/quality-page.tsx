// Quality: by school, by rule, over time, and which school has reported which period.
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { CompletenessTable } from './completeness'
import { useDataset, useDatasets } from './queries'
import { QualityCards } from './quality-cards'
import { QualityTrend } from './quality-trend'
import { RuleMatrix } from './rule-matrix'

const tabs = ['cards', 'rules', 'trend', 'calendar'] as const

function Matrix({ id, org }: { id: string; org?: string }) {
  const dataset = useDataset(id)
  const rules = useQuery({ queryKey: ['quality-rules', id], queryFn: () => data(api.GET('/api/v1/quality/rules', { params: { query: { dataset: id } } })) })
  const titles = new Map((rules.data?.items ?? []).map((rule) => [rule.rule, rule.title]))
  return <QueryView query={dataset}>{(one) => <RuleMatrix dataset={one} org={org} titles={titles} />}</QueryView>
}

export default function QualityPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const datasets = useDatasets()
  const dataset = address.get('dataset') ?? undefined
  const org = address.get('org') ?? undefined
  const tab = tabs.find((one) => one === address.get('tab')) ?? 'cards'
  const known = datasets.data?.items ?? []
  const entry = known.filter((one) => one.kind === 'entry')
  const chosen = entry.find((one) => one.id === dataset)
  const needs = tab === 'calendar' ? chosen?.period !== undefined : tab !== 'rules' || chosen !== undefined
  const titles = new Map(known.map((one) => [one.id, one.title]))
  return (
    <Page title={t('menu.quality')} note={t('quality.note')}>
      <div className="bm-query">
        <Select
          aria-label={t('quality.dataset')} placeholder={t('quality.all_datasets')} allowClear value={dataset} onChange={(value?: string) => change({ dataset: value })}
          options={(tab === 'calendar' ? entry.filter((one) => one.period !== undefined) : entry).map((one) => ({ value: one.id, label: one.title }))}
        />
        {org && <button type="button" className="bm-chip" onClick={() => change({ org: undefined })}>{t('quarantine.one_org')} <span aria-hidden="true">×</span></button>}
      </div>
      <nav aria-label={t('quality.tabs')} className="bm-part-nav">
        {tabs.map((key) => (
          <button key={key} type="button" aria-current={key === tab ? 'page' : undefined} onClick={() => change({ tab: key === 'cards' ? undefined : key })}>{t(`quality.tab.${key}`)}</button>
        ))}
      </nav>
      {!needs && <EmptyState title={t(tab === 'calendar' ? 'calendar.choose' : 'quality.choose')} />}
      {tab === 'cards' && <QualityCards dataset={dataset} org={org} titles={titles} />}
      {tab === 'rules' && dataset && needs && <Matrix id={dataset} org={org} />}
      {tab === 'trend' && <QualityTrend dataset={dataset} org={org} />}
      {tab === 'calendar' && dataset && needs && <CompletenessTable dataset={dataset} org={org} />}
    </Page>
  )
}
