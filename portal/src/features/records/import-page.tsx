// Import: template and file, what its columns are, a check without writing, the write. The job's id is in the address and the server keeps the file
// of a check for a day, so the page can be left at any step.
import '@/shared/i18n/records'
import '@/pack-ui/pack-ui.css'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useJob } from '@/shared/api/job-stream'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { ImportWizard } from './import-wizard'
import { useDataset, useDatasets } from './queries'

function Chooser() {
  const { t } = useTranslation()
  const datasets = useDatasets()
  return (
    <Page title={t('datasets.import')} crumbs={[{ title: t('menu.datasets'), to: '/datasets' }]} note={t('import.choose_dataset')}>
      <QueryView query={datasets} isEmpty={(page) => !page.items.some((one) => one.can.import)} empty={<EmptyState title={t('import.nothing')} />}>
        {(page) => (
          <ul className="bm-shortcuts">
            {page.items.filter((one) => one.can.import).map((one) => <li key={one.id}><Link to={`/import?id=${encodeURIComponent(one.id)}`}>{one.title}</Link></li>)}
          </ul>
        )}
      </QueryView>
    </Page>
  )
}

export default function ImportPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const jobId = address.get('id') === null ? address.get('job') : null
  const job = useJob(jobId)
  const id = address.get('id') ?? job.job?.dataset ?? ''
  const dataset = useDataset(id)
  if (id === '' && jobId === null) return <Chooser />
  if (job.error) return <ErrorState error={job.error} />
  return <QueryView query={dataset}>{(one) => (one.can.import ? <ImportWizard key={one.id} dataset={one} /> : <EmptyState title={t('import.not_allowed')} hint={t('state.no_permission_hint')} />)}</QueryView>
}
