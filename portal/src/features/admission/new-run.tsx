// A new run of one batch, or of all.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { api, data } from '@/shared/api/client'
import type { Admission } from '@/shared/api/types'
import { isYear, thisYear } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { runsKey } from './runs-key'

export function NewRun({ admission }: { admission: Admission }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const cache = useQueryClient()
  const [year, setYear] = useState(() => String(thisYear()))
  const [batch, setBatch] = useState(admission.batches[0]?.id ?? '')
  const run = useMutation({
    mutationFn: () => data(api.POST('/api/v1/admissions/{admission}/runs', { params: { path: { admission: admission.id } }, body: { year: Number(year), batch } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: runsKey(admission.id) }),
  })
  const batches = [...admission.batches.map((one) => ({ value: one.id, label: two(one.title) })), { value: '', label: w('run.all') }]
  return (
    <section className="bm-panel" aria-label={w('run.new')}>
      <h2>{w('run.new')}</h2>
      <p className="bm-page-note">{w('run.new_note')}</p>
      <div className="bm-links">
        <label>{w('run.year')} <input className="bm-input bm-year" type="number" min={1900} max={9999} value={year} onChange={(event) => setYear(event.target.value)} /></label>
        <Select aria-label={w('run.batch')} value={batch} options={batches} onChange={setBatch} style={{ minWidth: 200 }} />
        <Button type="primary" loading={run.isPending} disabled={!isYear(year)} onClick={() => run.mutate()}>{w('run.start')}</Button>
      </div>
      <ProblemNote error={run.error} />
    </section>
  )
}
