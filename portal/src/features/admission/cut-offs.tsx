// Cut-offs and seats of a run, with its certificate.
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { AdmissionCutOff, AdmissionRun } from '@/shared/api/types'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'

export function CutOffs({ run, onClose }: { run: AdmissionRun; onClose: () => void }) {
  const w = useAdmissionWords()
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
      <QueryView query={cuts}>{(list) => <PlainTable label={w('cut.title')} columns={columns} rows={list.items} rowKey={(one) => `${one.batch} ${one.program} ${one.quota}`} />}</QueryView>
    </Sheet>
  )
}
