// The runs of an admission: figures, certificate, who did what; check, publish or drop.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Admission, AdmissionRun } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { CutOffs } from './cut-offs'
import { Recall } from './recall'
import { runsKey } from './runs-key'

const tones = { running: 'grey', stopped: 'red', computed: 'amber', checked: 'blue', published: 'green', dropped: 'grey', recalled: 'red' } as const
const lookAgain_ms = 3000 // while a run is computed, here or by somebody else

function Steps({ run, admission }: { run: AdmissionRun; admission: string }) {
  const { t } = useTranslation()
  const w = useAdmissionWords()
  const me = useMe().data
  const cache = useQueryClient()
  const act = useMutation({
    mutationFn: (step: 'check' | 'publish' | 'drop') => {
      const params = { params: { path: { run: run.id } } }
      if (step === 'check') return data(api.POST('/api/v1/admissions/runs/{run}/check', params))
      return step === 'publish' ? data(api.POST('/api/v1/admissions/runs/{run}/publish', params)) : data(api.POST('/api/v1/admissions/runs/{run}/drop', params))
    },
    onSettled: () => cache.invalidateQueries({ queryKey: runsKey(admission) }), // refused: somebody else was first
  })
  const publishes = me?.rights.includes('admission.publish') === true && run.by !== me.account
  return (
    <>
      <span className="bm-links">
        {publishes && run.state === 'computed' && <Button size="small" loading={act.isPending} onClick={() => act.mutate('check')}>{w('run.check')}</Button>}
        {publishes && run.state === 'checked' && (
          <Popconfirm title={w('run.publish_sure')} okText={w('run.publish')} cancelText={t('action.cancel')} onConfirm={() => act.mutate('publish')}>
            <Button size="small" type="primary" loading={act.isPending}>{w('run.publish')}</Button>
          </Popconfirm>
        )}
        {me?.rights.includes('admission.run') === true && (run.state === 'computed' || run.state === 'checked') && (
          <Popconfirm title={w('run.drop_sure')} okText={w('run.drop')} cancelText={t('action.cancel')} onConfirm={() => act.mutate('drop')}>
            <Button size="small" danger>{w('run.drop')}</Button>
          </Popconfirm>
        )}
      </span>
      <ProblemNote error={act.error} />
    </>
  )
}

export function Runs({ admission }: { admission: Admission }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const me = useMe().data
  const [open, setOpen] = useState<AdmissionRun | null>(null)
  const [recalled, setRecalled] = useState<AdmissionRun | null>(null)
  const mayRecall = (run: AdmissionRun) => run.state === 'published' && me?.rights.includes('admission.publish') === true
  const titleOf = (id: string) => { const batch = admission.batches.find((one) => one.id === id); return batch === undefined ? w('run.all') : two(batch.title) }
  const sum = (run: AdmissionRun, of: 'n_applicants' | 'n_placed' | 'n_first' | 'n_exceptions' | 'n_empty' | 'n_lost') => run.batches.reduce((n, one) => n + (one[of] ?? 0), 0)
  const columns: PlainColumn<AdmissionRun>[] = [
    { key: 'batch', title: w('run.batch'), render: (run) => <>{run.year} {titleOf(run.batch)}</> },
    { key: 'state', title: w('run.state'), render: (run) => <><Tag tone={tones[run.state]}>{w(`run.state_${run.state}`)}</Tag>{run.state === 'published' && !run.in_dataset && <> <Tag tone="amber">{w('run.not_in_dataset')}</Tag></>}{run.state === 'published' && run.recall?.asked_at !== undefined && <> <Tag tone="amber">{w('recall.asked')}</Tag></>}{run.state === 'recalled' && run.in_dataset && <> <Tag tone="amber">{w('recall.in_dataset')}</Tag></>}</> },
    { key: 'applicants', title: w('run.n_applicants'), align: 'right', render: (run) => sum(run, 'n_applicants') },
    { key: 'placed', title: w('run.n_placed'), align: 'right', render: (run) => sum(run, 'n_placed') },
    { key: 'first', title: w('run.n_first'), align: 'right', render: (run) => sum(run, 'n_first') },
    { key: 'empty', title: w('run.n_empty'), align: 'right', render: (run) => <>{sum(run, 'n_empty')}{sum(run, 'n_lost') > 0 && <> <Tag tone="amber">{w('run.n_lost', { n: sum(run, 'n_lost') })}</Tag></>}</> },
    { key: 'stable', title: w('run.certificate'), render: (run) => (run.batches.length === 0 ? '' : sum(run, 'n_exceptions') === 0 ? <Tag tone="green">{w('run.stable')}</Tag> : <Tag tone="red">{w('run.exceptions', { n: sum(run, 'n_exceptions') })}</Tag>) },
    { key: 'who', title: w('run.who'), wide: true, render: (run) => [run.by, run.checked_by, run.published_by, run.state === 'recalled' ? run.recall?.decided_by ?? '' : ''].filter((one) => one !== '').join(' → ') },
    { key: 'at', title: w('run.at'), render: (run) => formatTime(run.published_at ?? run.checked_at ?? run.computed_at ?? run.begun_at) },
    { key: 'act', title: w('run.act'), render: (run) => <><Button size="small" aria-label={w('cut.open', { batch: titleOf(run.batch) })} onClick={() => setOpen(run)}>{w('cut.title')}</Button> <Steps run={run} admission={admission.id} />{mayRecall(run) && <Button size="small" danger aria-label={w('recall.open', { batch: titleOf(run.batch) })} onClick={() => setRecalled(run)}>{w('recall.title')}</Button>}</> },
  ]
  return (
    <section className="bm-panel" aria-label={w('run.title')}>
      <h2>{w('run.title')}</h2>
      <Paged queryKey={runsKey(admission.id)} fetchPage={(after) => data(api.GET('/api/v1/admissions/{admission}/runs', { params: { path: { admission: admission.id }, query: { after } } }))} again={(items) => (items.some((run) => run.state === 'running') ? lookAgain_ms : false)} empty={<EmptyState title={w('run.none')} />}>
        {(items) => <PlainTable label={w('run.title')} columns={columns} rows={items} rowKey={(run) => run.id} />}
      </Paged>
      {open !== null && <CutOffs run={open} onClose={() => setOpen(null)} />}
      {recalled !== null && <Recall run={recalled} title={`${recalled.year} ${titleOf(recalled.batch)}`} onClose={() => setRecalled(null)} />}
    </section>
  )
}
