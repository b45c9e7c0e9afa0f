// One dataset: its rows, its contract, its imports.
import '@/pack-ui/pack-ui.css'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { DatasetDetail } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag } from '@/shared/ui/tag'
import { Batches } from './batches'
import { DatasetContract } from './dataset-contract'
import { RowsPanel } from './rows-panel'
import { useDataset } from './queries'

function Body({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const id = encodeURIComponent(dataset.id)
  const seesQuarantine = useRight('quality.read')
  return (
    <Page
      title={dataset.title}
      crumbs={[{ title: t('menu.datasets'), to: '/datasets' }]}
      note={
        <span className="bm-tags">
          <LevelTag level={dataset.level} />
          <span>{t('datasets.n_rows', { n: formatNumber(dataset.n_rows) })}</span>
          {dataset.quality_rate !== undefined && <span>{t('datasets.quality_is', { rate: formatRate(dataset.quality_rate) })}</span>}
          {dataset.updated_at && <span>{t('datasets.updated_at', { at: formatTime(dataset.updated_at) })}</span>}
          {dataset.owner && <span>{dataset.owner}</span>}
        </span>
      }
      actions={
        <>
          {dataset.can.import && <Link className="bm-button bm-button-primary" to={`/import?id=${id}`}>{t('datasets.import')}</Link>}
          {seesQuarantine && <Link className="bm-button" to={`/quarantine?id=${id}`}>{t('quarantine.title')}</Link>}
        </>
      }
    >
      <Tabs
        activeKey={address.get('tab') ?? 'rows'}
        onChange={(tab) => change({ tab: tab === 'rows' ? undefined : tab })}
        destroyOnHidden
        items={[
          { key: 'rows', label: t('dataset.rows'), children: <RowsPanel dataset={dataset} /> },
          { key: 'contract', label: t('dataset.contract'), children: <DatasetContract dataset={dataset} /> },
          ...(seesQuarantine ? [{ key: 'batches', label: t('dataset.batches'), children: <Batches dataset={dataset.id} /> }] : []),
        ]}
      />
    </Page>
  )
}

export default function DatasetPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const id = address.get('id') ?? ''
  const dataset = useDataset(id)
  if (id === '') return <EmptyState title={t('dataset.no_id')} action={<Link to="/datasets">{t('menu.datasets')}</Link>} />
  return <QueryView query={dataset}>{(one) => <Body key={one.id} dataset={one} />}</QueryView>
}
