// Bad rows as a work-list by school; below it the rows of one dataset and school, to mend in place, or to download, mend and send back.
import '@/shared/i18n/records'
import '@/pack-ui/pack-ui.css'
import { Segmented, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { DatasetDetail, WorkItem } from '@/shared/api/types'
import { DownloadButton } from '@/shared/ui/download-button'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { BadRows } from './bad-rows'
import { FixDrawer } from './fix-drawer'
import { datasetFile, useDataset, useDatasets } from './queries'
import { Worklist } from './worklist'

const states = ['open', 'returned', 'fixed'] as const

function Rows({ dataset, batch, org }: { dataset: DatasetDetail; batch?: string; org?: string }) {
  const { t } = useTranslation()
  const [row, setRow] = useState<string | null>(null)
  return (
    <section aria-label={t('work.rows')}>
      <h2>{t('work.rows_of', { dataset: dataset.title })}</h2>
      <p className="bm-links">
        <DownloadButton path={datasetFile(dataset.id, 'quarantine.xlsx', { batch })} name={`${dataset.id}-quarantine.xlsx`}>{t('quarantine.download')}</DownloadButton>
        {dataset.can.import && <Link className="bm-button bm-button-primary" to={`/import?id=${encodeURIComponent(dataset.id)}`}>{t('quarantine.send_back')}</Link>}
      </p>
      <BadRows dataset={dataset.id} batch={batch} org={org} fields={dataset.fields} rules={dataset.rules} onFix={dataset.can.edit && batch === undefined ? setRow : undefined} />
      <FixDrawer dataset={dataset} row={row} onClose={() => setRow(null)} />
    </section>
  )
}

export default function QuarantinePage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const datasets = useDatasets()
  const id = address.get('id') ?? ''
  const batch = address.get('batch') ?? undefined
  const org = address.get('org') ?? undefined
  const state = states.find((one) => one === address.get('state'))
  const dataset = useDataset(id)
  const open = (item: WorkItem) => change({ id: item.dataset, org: item.org?.id, batch: undefined })
  return (
    <Page
      title={t('menu.quarantine')} note={t('work.page_note')}
      crumbs={[{ title: t('menu.datasets'), to: '/datasets' }, ...(dataset.data ? [{ title: dataset.data.title, to: `/dataset?id=${encodeURIComponent(id)}` }] : [])]}
    >
      <div className="bm-query">
        <Select
          aria-label={t('quarantine.dataset')} placeholder={t('quality.all_datasets')} allowClear value={id || undefined} onChange={(value?: string) => change({ id: value, batch: undefined, org: undefined })}
          options={(datasets.data?.items ?? []).filter((one) => one.kind === 'entry').map((one) => ({ value: one.id, label: one.title }))}
        />
        <Segmented
          aria-label={t('work.state')} value={state ?? 'all'} onChange={(value) => change({ state: value === 'all' ? undefined : value })}
          options={(['all', ...states] as const).map((one) => ({ value: one, label: t(`work.${one}`) }))}
        />
        {batch && <button type="button" className="bm-chip" onClick={() => change({ batch: undefined })}>{t('quarantine.one_batch')} <span aria-hidden="true">×</span></button>}
        {org && <button type="button" className="bm-chip" onClick={() => change({ org: undefined })}>{t('quarantine.one_org')} <span aria-hidden="true">×</span></button>}
      </div>
      {batch === undefined && <Worklist dataset={id || undefined} org={org} state={state} onOpen={open} />}
      {id !== '' && <QueryView query={dataset}>{(one) => <Rows dataset={one} batch={batch} org={org} />}</QueryView>}
    </Page>
  )
}
