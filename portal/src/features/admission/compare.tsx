// Other mechanisms on the same applicants, before a policy changes: who gains, who loses, what is not stable.
import { useMutation } from '@tanstack/react-query'
import { Button, Checkbox, Select } from 'antd'
import { useState } from 'react'
import { api, data } from '@/shared/api/client'
import type { Admission, AdmissionComparison } from '@/shared/api/types'
import { isYear, thisYear } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Tag } from '@/shared/ui/tag'

const mechanisms = ['deferred_acceptance', 'parallel_choice', 'immediate_acceptance', 'top_trading_cycles'] as const
type Mechanism = (typeof mechanisms)[number]

export function Compare({ admission }: { admission: Admission }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const [year, setYear] = useState(() => String(thisYear()))
  const [batch, setBatch] = useState(admission.batches[0]?.id ?? '')
  const [chosen, setChosen] = useState<Mechanism[]>(['immediate_acceptance'])
  const compare = useMutation({
    mutationFn: () => data(api.POST('/api/v1/admissions/{admission}/comparisons', { params: { path: { admission: admission.id } }, body: { year: Number(year), batch, mechanisms: chosen } })),
  })
  const columns: PlainColumn<AdmissionComparison>[] = [
    { key: 'mechanism', title: w('compare.mechanism'), render: (one) => <>{w(`mechanism.${one.mechanism}`)} {one.is_own && <Tag tone="blue">{w('compare.own')}</Tag>}</> },
    { key: 'placed', title: w('run.n_placed'), align: 'right', render: (one) => one.n_placed },
    { key: 'first', title: w('run.n_first'), align: 'right', render: (one) => one.n_first },
    { key: 'mean', title: w('compare.mean_order'), align: 'right', render: (one) => one.mean_order.toFixed(2) },
    { key: 'better', title: w('compare.better'), align: 'right', render: (one) => one.n_better },
    { key: 'worse', title: w('compare.worse'), align: 'right', render: (one) => one.n_worse },
    { key: 'exceptions', title: w('compare.exceptions'), align: 'right', render: (one) => one.n_exceptions },
  ]
  return (
    <section className="bm-panel" aria-label={w('compare.title')}>
      <h2>{w('compare.title')}</h2>
      <p className="bm-page-note">{w('compare.note')}</p>
      <div className="bm-links">
        <label>{w('run.year')} <input className="bm-input bm-year" type="number" min={1900} max={9999} value={year} onChange={(event) => setYear(event.target.value)} /></label>
        <Select aria-label={w('run.batch')} value={batch} options={admission.batches.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={setBatch} style={{ minWidth: 200 }} />
        <Button loading={compare.isPending} disabled={chosen.length === 0 || !isYear(year)} onClick={() => compare.mutate()}>{w('compare.start')}</Button>
      </div>
      <Checkbox.Group value={chosen} options={mechanisms.map((one) => ({ value: one, label: w(`mechanism.${one}`) }))} onChange={setChosen} />
      <ProblemNote error={compare.error} />
      {compare.data !== undefined && (
        <>
          <PlainTable label={w('compare.title')} columns={columns} rows={compare.data.items} rowKey={(one) => one.mechanism} />
          <ul style={{ marginTop: 12, paddingLeft: 20 }}>{compare.data.items.filter((one) => !one.is_own).map((one) => (
            <li key={one.mechanism}>{w('compare.told', { mechanism: w(`mechanism.${one.mechanism}`), better: one.n_better, worse: one.n_worse, same: one.n_applicants - one.n_better - one.n_worse })}</li>
          ))}</ul>
        </>
      )}
    </section>
  )
}
