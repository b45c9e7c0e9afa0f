// Bad rows of a dataset, to look at, to download with their errors, to mend and send back.
import '@/pack-ui/pack-ui.css'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { DownloadButton } from '@/shared/ui/download-button'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { BadRows } from './bad-rows'
import { datasetFile, useDataset, useDatasets } from './queries'

export default function QuarantinePage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const datasets = useDatasets()
  const id = address.get('id') ?? ''
  const batch = address.get('batch') ?? undefined
  const org = address.get('org') ?? undefined
  const dataset = useDataset(id)
  return (
    <Page
      title={t('quarantine.title')}
      crumbs={[{ title: t('menu.datasets'), to: '/datasets' }, ...(dataset.data ? [{ title: dataset.data.title, to: `/dataset?id=${encodeURIComponent(id)}` }] : [])]}
      note={t('quarantine.note')}
      actions={id !== '' && (
        <>
          <DownloadButton path={datasetFile(id, 'quarantine.xlsx', { batch })} name={`${id}-quarantine.xlsx`}>{t('quarantine.download')}</DownloadButton>
          {dataset.data?.can.import && <Link className="bm-button bm-button-primary" to={`/import?id=${encodeURIComponent(id)}`}>{t('quarantine.send_back')}</Link>}
        </>
      )}
    >
      <div className="bm-query">
        <Select
          aria-label={t('quarantine.dataset')} placeholder={t('quarantine.dataset')} value={id || undefined} onChange={(value: string) => change({ id: value, batch: undefined })}
          options={(datasets.data?.items ?? []).filter((one) => one.kind === 'entry').map((one) => ({ value: one.id, label: one.title }))}
        />
        {batch && <button type="button" className="bm-chip" onClick={() => change({ batch: undefined })}>{t('quarantine.one_batch')} <span aria-hidden="true">×</span></button>}
        {org && <button type="button" className="bm-chip" onClick={() => change({ org: undefined })}>{t('quarantine.one_org')} <span aria-hidden="true">×</span></button>}
      </div>
      {id === '' && <EmptyState title={t('quarantine.choose')} />}
      {id !== '' && <QueryView query={dataset}>{(one) => <BadRows dataset={id} batch={batch} org={org} fields={one.fields} rules={one.rules} />}</QueryView>}
    </Page>
  )
}
