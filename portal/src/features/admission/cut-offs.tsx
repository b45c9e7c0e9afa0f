// Cut-offs and seats of a run, with its certificate.
import '@/pack-ui/pack-ui.css'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, data } from '@/shared/api/client'
import type { AdmissionCutOff, AdmissionRun } from '@/shared/api/types'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useMe } from '@/shared/session/use-me'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'

// The stored rows, hashed and judged once more.
function Again({ run }: { run: AdmissionRun }) {
  const w = useAdmissionWords()
  const look = useMutation({ mutationFn: () => data(api.GET('/api/v1/admissions/runs/{run}/verdict', { params: { path: { run: run.id } } })) })
  return (
    <>
      <p className="bm-links"><Button size="small" loading={look.isPending} onClick={() => look.mutate()}>{w('cut.again')}</Button>
        {look.data !== undefined && <span role="status">{look.data.agrees ? w('cut.agrees', { n: look.data.n_choices }) : w('cut.differs', { n: look.data.n_unsound })} {look.data.n_forgotten > 0 && w('cut.forgotten', { n: look.data.n_forgotten })}</span>}
      </p>
      <ProblemNote error={look.error} />
    </>
  )
}

export function CutOffs({ run, onClose }: { run: AdmissionRun; onClose: () => void }) {
  const w = useAdmissionWords()
  const rights = useMe().data?.rights ?? []
  const keeps = ['computed', 'checked', 'published', 'recalled'].includes(run.state)
  const params = { params: { path: { run: run.id } } }
  const cuts = useQuery({ queryKey: ['admission-cut-offs', run.id], queryFn: () => data(api.GET('/api/v1/admissions/runs/{run}/cut-offs', params)) })
  const whole = useQuery({ queryKey: ['admission-run', run.id], queryFn: () => data(api.GET('/api/v1/admissions/runs/{run}', params)) })
  const columns: PlainColumn<AdmissionCutOff>[] = [
    { key: 'program', title: w('cut.program'), wide: true, render: (one) => <>{one.title} <small>{one.program}{one.quota === '' ? '' : ` · ${one.quota}`}</small></> },
    { key: 'capacity', title: w('cut.capacity'), align: 'right', render: (one) => one.capacity },
    { key: 'placed', title: w('cut.placed'), align: 'right', render: (one) => one.n_placed },
    { key: 'standing', title: w('cut.standing'), align: 'right', render: (one) => (one.hidden ? w('cut.hidden') : one.standing === 0 ? '' : one.standing) },
    { key: 'score', title: w('cut.score'), align: 'right', render: (one) => one.score ?? '' },
  ]
  return (
    <Sheet title={w('cut.title')} onClose={onClose}>
      <ProblemNote error={whole.error} />
      <p className="bm-page-note">{whole.data === undefined ? '' : whole.data.stable ? w('cut.stable') : w('cut.unstable', { n: whole.data.n_exceptions })}</p>
      <p className="bm-foot">{w('cut.input')} <code>{run.input_sha256}</code><br />{w('cut.output')} <code>{run.output_sha256}</code></p>
      {keeps && (rights.includes('admission.run') || rights.includes('admission.publish')) && <Again run={run} />}
      <QueryView query={cuts}>{(list) => <PlainTable label={w('cut.title')} columns={columns} rows={list.items} rowKey={(one) => `${one.batch} ${one.program} ${one.quota}`} />}</QueryView>
    </Sheet>
  )
}
