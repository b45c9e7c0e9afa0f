// Import in three steps: get the template, check a file without writing, write it. The job's id is in the address, so the page can be left.
import '@/pack-ui/pack-ui.css'
import { useMutation } from '@tanstack/react-query'
import { Button, Steps } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { idempotencyKey, send } from '@/shared/api/client'
import type { DatasetDetail, Job } from '@/shared/api/types'
import { DownloadButton } from '@/shared/ui/download-button'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { ended, useJob } from '@/shared/api/job-stream'
import { FileDrop } from './file-drop'
import { JobPanel } from './job-panel'
import { datasetFile, useDataset, useDatasets } from './queries'

async function sendFile(dataset: string, file: File, dryRun: boolean): Promise<Job> {
  const query = new URLSearchParams({ dry_run: String(dryRun), name: file.name })
  const response = await send(`api/v1/datasets/${encodeURIComponent(dataset)}/import?${query.toString()}`, {
    method: 'POST', body: file, headers: { 'Content-Type': file.name.toLowerCase().endsWith('.xlsx') ? xlsxType : 'text/csv', 'Idempotency-Key': idempotencyKey() },
  })
  return (await response.json()) as Job
}

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

function Wizard({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const [file, setFile] = useState<File | null>(null)
  const jobId = address.get('job')
  const { job, error } = useJob(jobId)
  const start = useMutation({ mutationFn: ({ dryRun, chosen }: { dryRun: boolean; chosen: File }) => sendFile(dataset.id, chosen, dryRun), onSuccess: (made) => change({ job: made.id }) })
  const choose = (chosen: File) => {
    setFile(chosen)
    change({ job: undefined })
    start.mutate({ dryRun: true, chosen })
  }
  const written = job !== undefined && !job.dry_run
  const checked = job !== undefined && job.dry_run && job.state === 'done'
  const step = jobId === null && !start.isPending ? 0 : written ? 2 : 1
  const again = () => {
    setFile(null)
    change({ job: undefined })
  }
  return (
    <Page title={t('import.title', { title: dataset.title })} crumbs={[{ title: t('menu.datasets'), to: '/datasets' }, { title: dataset.title, to: `/dataset?id=${encodeURIComponent(dataset.id)}` }]}>
      <Steps className="bm-steps" current={step} items={[{ title: t('import.step_file') }, { title: t('import.step_check') }, { title: t('import.step_write') }]} />
      {step === 0 && (
        <section className="bm-panel bm-stack">
          <h2>{t('import.template')}</h2>
          <p>{t('import.template_note')}</p>
          <p className="bm-links">
            <DownloadButton path={datasetFile(dataset.id, 'template', { format: 'xlsx' })} name={`${dataset.id}.xlsx`}>{t('import.template_xlsx')}</DownloadButton>
            <DownloadButton path={datasetFile(dataset.id, 'template', { format: 'csv' })} name={`${dataset.id}.csv`}>{t('import.template_csv')}</DownloadButton>
          </p>
          <h2>{t('import.file')}</h2>
          <FileDrop onFile={choose} />
        </section>
      )}
      <ProblemNote error={start.error ?? error} />
      {job && <JobPanel job={job} dataset={dataset} />}
      {job && ended(job) && (
        <div className="bm-form-foot">
          <Button onClick={again}>{t(written ? 'import.another' : 'import.other_file')}</Button>
          {checked && file && job.n_good + job.n_warn > 0 && (
            <Button type="primary" loading={start.isPending} onClick={() => start.mutate({ dryRun: false, chosen: file })}>{t('import.write', { n: job.n_good })}</Button>
          )}
          {checked && !file && <span>{t('import.choose_again')}</span>}
          {written && <Link className="bm-button bm-button-primary" to={`/dataset?id=${encodeURIComponent(dataset.id)}`}>{t('import.see_rows')}</Link>}
        </div>
      )}
      {job && !ended(job) && <p className="bm-foot">{t('import.may_leave')}</p>}
    </Page>
  )
}

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
  return <QueryView query={dataset}>{(one) => (one.can.import ? <Wizard key={one.id} dataset={one} /> : <EmptyState title={t('import.not_allowed')} hint={t('state.no_permission_hint')} />)}</QueryView>
}
