// Fixes the list of a draw: once, and for all to see.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Admission } from '@/shared/api/types'
import { isYear, thisYear } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { lotsKey } from './lots-key'

export function NewLots({ admission }: { admission: Admission }) {
  const { t } = useTranslation()
  const w = useAdmissionWords()
  const two = useTwo()
  const cache = useQueryClient()
  const batches = admission.batches.filter((one) => one.has_lottery)
  const [year, setYear] = useState(() => String(thisYear()))
  const [batch, setBatch] = useState(batches[0]?.id ?? '')
  const fix = useMutation({
    mutationFn: () => data(api.POST('/api/v1/admissions/{admission}/lotteries', { params: { path: { admission: admission.id } }, body: { year: Number(year), batch } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: lotsKey(admission.id) }),
  })
  return (
    <section className="bm-panel" aria-label={w('lots.fix_title')}>
      <h2>{w('lots.fix_title')}</h2>
      <p className="bm-page-note">{w('lots.fix_note')}</p>
      <div className="bm-links">
        <label>{w('run.year')} <input className="bm-input bm-year" type="number" min={1900} max={9999} value={year} onChange={(event) => setYear(event.target.value)} /></label>
        <Select aria-label={w('run.batch')} value={batch} options={batches.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={setBatch} style={{ minWidth: 200 }} />
        <Popconfirm title={w('lots.fix_sure')} disabled={!isYear(year)} okText={w('lots.fix')} cancelText={t('action.cancel')} onConfirm={() => fix.mutate()}>
          <Button type="primary" loading={fix.isPending} disabled={!isYear(year)}>{w('lots.fix')}</Button>
        </Popconfirm>
      </div>
      <ProblemNote error={fix.error} />
    </section>
  )
}
