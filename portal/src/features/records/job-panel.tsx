// The state of an import while it runs and when it has ended: progress, counts, bad rows.
import { Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { partError } from '@/shared/api/client'
import type { DatasetDetail, Job } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { DownloadButton } from '@/shared/ui/download-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { BadRows } from './bad-rows'
import { datasetFile } from './queries'

const counts = ['n_read', 'n_good', 'n_bad', 'n_warn', 'n_new', 'n_changed', 'n_same'] as const

function verdict(job: Job): 'running' | 'failed' | 'checked_clean' | 'checked_bad' | 'written' {
  if (job.state === 'failed') return 'failed'
  if (job.state !== 'done') return 'running'
  if (!job.dry_run) return 'written'
  return job.n_bad > 0 ? 'checked_bad' : 'checked_clean'
}

export function JobPanel({ job, dataset }: { job: Job; dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const state = verdict(job)
  const done = job.state === 'done'
  return (
    <section className="bm-panel bm-stack" aria-label={t('job.title')}>
      <h2>{job.file}</h2>
      <Progress
        percent={Math.round((done ? 1 : job.progress) * 100)} aria-label={t('job.progress')}
        status={job.state === 'failed' ? 'exception' : done ? 'success' : 'active'} strokeColor={job.state === 'failed' ? '#b3261e' : '#0b57d0'}
      />
      <p role="status" className={`bm-verdict bm-verdict-${state}`} data-testid="job-state" data-state={job.state} data-dry={job.dry_run}>
        {t(`job.${state}`, { good: formatNumber(job.n_good), bad: formatNumber(job.n_bad) })} {state === 'running' && <code>{job.phase}</code>}
      </p>
      <dl className="bm-figures bm-figures-small">
        {counts.map((count) => <div key={count}><dt>{t(`job.${count}`)}</dt><dd>{formatNumber(job[count])}</dd></div>)}
      </dl>
      {job.error && <ProblemNote error={partError(job.error)} />}
      {done && job.n_bad > 0 && job.batch && (
        <>
          <h3>{t('job.errors')}</h3>
          <p className="bm-links"><DownloadButton path={datasetFile(dataset.id, 'quarantine.xlsx', { batch: job.batch })} name={`${dataset.id}-quarantine.xlsx`}>{t('quarantine.download')}</DownloadButton></p>
          <BadRows dataset={dataset.id} batch={job.batch} fields={dataset.fields} rules={dataset.rules} />
        </>
      )}
    </section>
  )
}
