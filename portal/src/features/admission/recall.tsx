// Taking back what was published: what rests on it, then a reason by one person and the decision of another.
import '@/pack-ui/pack-ui.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { AdmissionConsequence, AdmissionRun } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { runsKey } from './runs-key'

const shortest = 5 // characters of a reason, as the server has it

function useStep(run: AdmissionRun, onDone: () => void) {
  const cache = useQueryClient()
  const params = { params: { path: { run: run.id } } }
  return useMutation({
    mutationFn: (step: { ask: string } | 'confirm' | 'decline') => {
      if (step === 'confirm') return data(api.POST('/api/v1/admissions/runs/{run}/recall/confirm', params))
      if (step === 'decline') return data(api.POST('/api/v1/admissions/runs/{run}/recall/decline', params))
      return data(api.POST('/api/v1/admissions/runs/{run}/recall', { ...params, body: { reason: step.ask } }))
    },
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: runsKey(run.admission) }), // refused: somebody else was first
  })
}

function Ask({ run, blocked, onDone }: { run: AdmissionRun; blocked: boolean; onDone: () => void }) {
  const w = useAdmissionWords()
  const [reason, setReason] = useState('')
  const step = useStep(run, onDone)
  return (
    <form style={{ marginTop: 16 }} onSubmit={(event) => { event.preventDefault(); step.mutate({ ask: reason }) }}>
      <p><label>{w('recall.reason')}<br /><textarea className="bm-input" rows={4} cols={48} maxLength={500} required value={reason} onChange={(event) => setReason(event.target.value)} style={{ maxWidth: '100%' }} /></label></p>
      <p><Button danger type="primary" htmlType="submit" loading={step.isPending} disabled={blocked || reason.trim().length < shortest}>{w('recall.ask')}</Button></p>
      <ProblemNote error={step.error} />
    </form>
  )
}

function Decide({ run, blocked, onDone }: { run: AdmissionRun; blocked: boolean; onDone: () => void }) {
  const { t } = useTranslation()
  const w = useAdmissionWords()
  const me = useMe().data
  const step = useStep(run, onDone)
  const own = run.recall?.asked_by === me?.account
  return (
    <>
      <dl className="bm-facts bm-facts-wide" style={{ marginTop: 16 }}>
        <div><dt>{w('recall.reason')}</dt><dd>{run.recall?.reason}</dd></div>
        <div><dt>{w('recall.by')}</dt><dd>{run.recall?.asked_by} {formatTime(run.recall?.asked_at ?? '')}</dd></div>
      </dl>
      {own && <p className="bm-page-note">{w('recall.waits')}</p>}
      <p className="bm-links">
        {!own && (
          <Popconfirm title={w('recall.sure')} okText={w('recall.confirm')} cancelText={t('action.cancel')} onConfirm={() => step.mutate('confirm')}>
            <Button danger type="primary" loading={step.isPending} disabled={blocked}>{w('recall.confirm')}</Button>
          </Popconfirm>
        )}
        <Button loading={step.isPending} onClick={() => step.mutate('decline')}>{w('recall.decline')}</Button>
      </p>
      <ProblemNote error={step.error} />
    </>
  )
}

export function Recall({ run, title, onClose }: { run: AdmissionRun; title: string; onClose: () => void }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const follows = useQuery({ queryKey: ['admission-consequences', run.id], queryFn: () => data(api.GET('/api/v1/admissions/runs/{run}/consequences', { params: { path: { run: run.id } } })) })
  const columns: PlainColumn<AdmissionConsequence>[] = [
    { key: 'kind', title: w('recall.kind'), render: (one) => w(`recall.kind_${one.kind}`) },
    { key: 'title', title: w('recall.what'), wide: true, render: (one) => two(one.title) },
    { key: 'n', title: w('recall.n'), align: 'right', render: (one) => <>{one.n}{one.n_confirmed > 0 && <><br /><small>{w('recall.n_confirmed', { n: one.n_confirmed })}</small></>}</> },
    { key: 'blocks', title: w('recall.then'), wide: true, render: (one) => (one.blocks ? <><Tag tone="red">{w('recall.blocks')}</Tag><br />{w(`recall.undo_${one.kind}`)}</> : w(`recall.after_${one.kind}`)) },
  ]
  return (
    <Sheet title={w('recall.heading', { batch: title })} onClose={onClose}>
      <p className="bm-page-note">{w('recall.note')}</p>
      <QueryView query={follows} isEmpty={() => false}>
        {(list) => {
          const blocked = list.items.some((one) => one.blocks)
          return (
            <>
              {list.items.length === 0 ? <EmptyState title={w('recall.nothing')} /> : <PlainTable label={w('recall.follows')} columns={columns} rows={list.items} rowKey={(one) => `${one.kind} ${one.of}`} />}
              {run.recall?.asked_at === undefined ? <Ask run={run} blocked={blocked} onDone={onClose} /> : <Decide run={run} blocked={blocked} onDone={onClose} />}
            </>
          )
        }}
      </QueryView>
    </Sheet>
  )
}
