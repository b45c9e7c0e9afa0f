import { useMutation } from '@tanstack/react-query'
import { Button, Steps } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { ended, useJob } from '@/shared/api/job-stream'
import type { DatasetDetail } from '@/shared/api/types'
import { DownloadButton } from '@/shared/ui/download-button'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useAddress } from '@/shared/ui/search-params'
import { FileDrop } from './file-drop'
import { HeadingMap } from './heading-map'
import { isClear, readHeadings, sendFile, type Chosen } from './import-file'
import { JobPanel } from './job-panel'
import { datasetFile } from './queries'
import { RecentJobs } from './recent-jobs'

/** Four steps: file, columns, check, write. */
export function ImportWizard({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const [file, setFile] = useState<File | null>(null)
  const jobId = address.get('job')
  const { job, error } = useJob(jobId)
  const check = useMutation({ mutationFn: (sent: { chosen: Chosen; file: File }) => sendFile(dataset.id, sent.file, true, sent.chosen), onSuccess: (made) => change({ job: made.id }) })
  const headings = useMutation({
    mutationFn: (chosen: File) => readHeadings(dataset.id, chosen),
    onSuccess: (found, chosen) => { if (isClear(found)) check.mutate({ chosen: {}, file: chosen }) },
  })
  const write = useMutation({ mutationFn: (id: string) => data(api.POST('/api/v1/jobs/{id}/write', { params: { path: { id } } })), onSuccess: (made) => change({ job: made.id }) })
  const choose = (chosen: File) => {
    setFile(chosen)
    check.reset()
    change({ job: undefined })
    headings.mutate(chosen)
  }
  const again = () => {
    setFile(null)
    headings.reset()
    check.reset()
    change({ job: undefined })
  }
  const backToColumns = () => {
    check.reset()
    change({ job: undefined })
  }
  const written = job !== undefined && !job.dry_run
  const mapping = jobId === null && file !== null && headings.data !== undefined && !(check.isPending && isClear(headings.data))
  const step = jobId !== null ? (written ? 3 : 2) : check.isPending ? 2 : file === null || headings.error ? 0 : 1
  return (
    <Page title={t('import.title', { title: dataset.title })} crumbs={[{ title: t('menu.datasets'), to: '/datasets' }, { title: dataset.title, to: `/dataset?id=${encodeURIComponent(dataset.id)}` }]}>
      <Steps className="bm-steps" current={step} items={(['file', 'columns', 'check', 'write'] as const).map((one) => ({ title: t(`import.step_${one}`) }))} />
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
          <h2>{t('import.recent')}</h2>
          <RecentJobs dataset={dataset.id} />
        </section>
      )}
      <ProblemNote error={headings.error ?? check.error ?? write.error ?? error} />
      {mapping && headings.data && file && <HeadingMap key={file.name + file.lastModified} dataset={dataset} headings={headings.data} busy={check.isPending} onBack={again} onDone={(chosen) => check.mutate({ chosen, file })} />}
      {job && <JobPanel job={job} dataset={dataset} />}
      {job && ended(job) && (
        <div className="bm-form-foot">
          <Button onClick={again}>{t(written ? 'import.another' : 'import.other_file')}</Button>
          {!written && file && headings.data && <Button onClick={backToColumns}>{t('import.back_to_columns')}</Button>}
          {job.can_write && <Button type="primary" loading={write.isPending} onClick={() => write.mutate(job.id)}>{t('import.write', { n: job.n_good })}</Button>}
          {!written && job.state === 'done' && !job.can_write && <span>{t('import.choose_again')}</span>}
          {written && <Link className="bm-button bm-button-primary" to={`/dataset?id=${encodeURIComponent(dataset.id)}`}>{t('import.see_rows')}</Link>}
        </div>
      )}
      {job && !ended(job) && <p className="bm-foot">{t('import.may_leave')}</p>}
    </Page>
  )
}
