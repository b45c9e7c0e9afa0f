// Reporting a value: year, figure, evidence. Evidence is required, because someone will ask.
import '@/shared/i18n/plan'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Input, Select } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Target } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'

function Form({ target, onClose }: { target: Target; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [year, setYear] = useState(target.years.find((one) => one.actual === undefined)?.year ?? target.years.at(-1)?.year ?? 0)
  const [value, setValue] = useState('')
  const [evidence, setEvidence] = useState('')
  const number = Number(value)
  const wrong = value.trim() !== '' && !Number.isFinite(number)
  const report = useMutation({
    mutationFn: () =>
      data(api.POST('/api/v1/plan/targets/{id}/reports', {
        params: { path: { id: target.id } }, body: { year, value: number, evidence: evidence.trim() },
      })),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['plan'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!wrong && value.trim() !== '' && evidence.trim() !== '') report.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <p><strong>{target.item}</strong><br />{target.measure}</p>
      <div><label htmlFor="report-year">{t('plan.year')}</label><Select id="report-year" value={year} onChange={setYear} options={target.years.map((one) => ({ value: one.year, label: String(one.year) }))} /></div>
      <div>
        <label htmlFor="report-value">{t('plan.value')} ({target.unit})</label>
        <Input id="report-value" inputMode="decimal" required status={wrong ? 'error' : undefined} value={value} onChange={(event) => setValue(event.target.value)} />
        {wrong && <p role="alert" className="bm-field-error">{t('field_error.number', { field: t('plan.value') })}</p>}
      </div>
      <div><label htmlFor="report-evidence">{t('plan.evidence_label')}</label><Input.TextArea id="report-evidence" required rows={4} placeholder={t('plan.evidence_hint')} value={evidence} onChange={(event) => setEvidence(event.target.value)} /></div>
      <ProblemNote error={report.error} />
      <div className="bm-form-foot"><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="primary" htmlType="submit" loading={report.isPending}>{t('plan.send')}</Button></div>
    </form>
  )
}

export function ReportDrawer({ target, onClose }: { target: Target | null; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Drawer open={target !== null} onClose={onClose} title={t('plan.report')} size={440} destroyOnHidden>
      {target && <Form key={target.id} target={target} onClose={onClose} />}
    </Drawer>
  )
}
