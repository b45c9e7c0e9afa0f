// The catalogue: every dataset that the reader may know of, with level, owner, freshness and quality.
import '@/pack-ui/pack-ui.css'
import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Dataset } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag, Tag } from '@/shared/ui/tag'
import { freshnessOf } from './freshness'
import { useDatasets } from './queries'

const levels = ['L1', 'L2', 'L3', 'L4', 'L5'] as const

const tones = { fresh: 'green', ageing: 'amber', stale: 'red', never: 'grey' } as const

function Freshness({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const word = freshnessOf(dataset, new Date())
  return word === null ? null : <Tag tone={tones[word]}>{t(`datasets.fresh.${word}`)}</Tag>
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  return (
    <li className={`bm-panel bm-dataset bm-edge-${dataset.level}`}>
      <h2><Link to={`/dataset?id=${encodeURIComponent(dataset.id)}`}>{dataset.title}</Link></h2>
      <p className="bm-tags"><LevelTag level={dataset.level} /><Tag tone="grey">{t(`dataset_kind.${dataset.kind}`)}</Tag><span>{dataset.category}</span></p>
      <dl className="bm-facts">
        <div><dt>{t('datasets.rows')}</dt><dd>{formatNumber(dataset.n_rows)}</dd></div>
        <div><dt>{t('datasets.quality')}</dt><dd>{dataset.quality_rate === undefined ? t('value.none') : <Link to={`/quality?dataset=${encodeURIComponent(dataset.id)}`}>{formatRate(dataset.quality_rate)}</Link>}</dd></div>
        <div><dt>{t('datasets.owner')}</dt><dd>{dataset.owner ?? t('value.none')}</dd></div>
        <div><dt>{t('datasets.updated')}</dt><dd>{formatTime(dataset.updated_at) || t('datasets.never')} <Freshness dataset={dataset} /></dd></div>
      </dl>
      {dataset.can.import && <Link className="bm-card-action" to={`/import?id=${encodeURIComponent(dataset.id)}`} aria-label={t('datasets.import_into', { title: dataset.title })}>{t('datasets.import')}</Link>}
    </li>
  )
}

export default function DatasetsPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const datasets = useDatasets()
  const q = address.get('q') ?? ''
  const level = address.get('level')
  const fits = (dataset: Dataset) =>
    (level === null || dataset.level === level) && `${dataset.title} ${dataset.id} ${dataset.category} ${dataset.owner ?? ''}`.toLowerCase().includes(q.toLowerCase())
  return (
    <Page title={t('menu.datasets')} note={t('datasets.note')}>
      <div className="bm-query">
        <Input aria-label={t('datasets.search')} placeholder={t('datasets.search')} value={q} allowClear onChange={(event) => change({ q: event.target.value })} />
        <Select
          aria-label={t('datasets.level')} placeholder={t('datasets.level')} allowClear value={level ?? undefined} onChange={(value?: string) => change({ level: value })}
          options={levels.map((one) => ({ value: one, label: t(`level.${one}`) }))}
        />
      </div>
      <QueryView query={datasets} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('datasets.none')} hint={t('datasets.none_hint')} />}>
        {(page) => {
          const shown = page.items.filter(fits)
          if (shown.length === 0) return <EmptyState title={t('datasets.none_found')} hint={t('state.try_other_words')} />
          return <ul className="bm-cards">{shown.map((dataset) => <DatasetCard key={dataset.id} dataset={dataset} />)}</ul>
        }}
      </QueryView>
    </Page>
  )
}
