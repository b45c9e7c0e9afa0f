// One draw: what is published of it, and the step that comes next. Digits are typed by one person and again by another, each beside the hash that was published before.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Admission, AdmissionLottery } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { DownloadButton } from '@/shared/ui/download-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Tag } from '@/shared/ui/tag'
import { lotsKey } from './lots-key'

const tones = { listed: 'blue', drawn: 'amber', confirmed: 'green' } as const
type Step = 'draw' | 'confirm' | 'reject'

function DigitsForm({ lots, step }: { lots: AdmissionLottery; step: 'draw' | 'confirm' }) {
  const { t } = useTranslation()
  const w = useAdmissionWords()
  const cache = useQueryClient()
  const [hash, setHash] = useState('')
  const [digits, setDigits] = useState('')
  const act = useMutation({
    mutationFn: (which: Step) => {
      const params = { params: { path: { lottery: lots.id } } }
      if (which === 'reject') return data(api.POST('/api/v1/admissions/lotteries/{lottery}/reject', params))
      const body = { list_sha256: hash.trim(), digits: digits.trim() }
      return which === 'draw' ? data(api.POST('/api/v1/admissions/lotteries/{lottery}/draw', { ...params, body })) : data(api.POST('/api/v1/admissions/lotteries/{lottery}/confirm', { ...params, body }))
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: lotsKey(lots.admission) }),
  })
  return (
    <form className="bm-links" onSubmit={(event) => { event.preventDefault(); act.mutate(step) }}>
      <label>{w('lots.hash_published')} <input className="bm-input" value={hash} onChange={(event) => setHash(event.target.value)} autoComplete="off" spellCheck={false} required /></label>
      <label>{w('lots.digits')} <input className="bm-input" value={digits} onChange={(event) => setDigits(event.target.value)} inputMode="numeric" autoComplete="off" required /></label>
      <Button type="primary" htmlType="submit" loading={act.isPending}>{w(`lots.${step}`)}</Button>
      {step === 'confirm' && (
        <Popconfirm title={w('lots.reject_sure')} okText={w('lots.reject')} cancelText={t('action.cancel')} onConfirm={() => act.mutate('reject')}>
          <Button danger>{w('lots.reject')}</Button>
        </Popconfirm>
      )}
      <ProblemNote error={act.error} />
    </form>
  )
}

function Next({ lots }: { lots: AdmissionLottery }) {
  const w = useAdmissionWords()
  const me = useMe().data
  const has = (right: string) => me?.rights.includes(right) === true
  if (lots.state === 'confirmed') return null
  if (lots.state === 'listed') return has('admission.run') ? <DigitsForm lots={lots} step="draw" /> : <p className="bm-page-note">{w('lots.waits_draw')}</p>
  const isOther = has('admission.publish') && lots.drawn_by !== me?.account
  return isOther ? <DigitsForm lots={lots} step="confirm" /> : <p className="bm-page-note">{w('lots.waits_other')}</p>
}

export function Draw({ lots, admission }: { lots: AdmissionLottery; admission: Admission }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const batch = admission.batches.find((one) => one.id === lots.batch)
  const title = `${lots.year} ${batch === undefined ? lots.batch : two(batch.title)}`
  const who = [lots.listed_by, lots.drawn_by, lots.confirmed_by].filter((one) => one !== '').join(' → ')
  return (
    <section className="bm-panel" aria-label={title}>
      <h2>{title} <Tag tone={tones[lots.state]}>{w(`lots.state_${lots.state}`)}</Tag></h2>
      <dl className="bm-facts bm-facts-wide">
        <div><dt>{w('verify.n')}</dt><dd>{lots.n}</dd></div>
        <div><dt>{w('verify.list_hash')}</dt><dd><code>{lots.list_sha256}</code></dd></div>
        <div><dt>{w('lots.listed_at')}</dt><dd>{formatTime(lots.listed_at)}</dd></div>
        {lots.digits !== '' && <div><dt>{w('verify.digits')}</dt><dd><code>{lots.digits}</code></dd></div>}
        <div><dt>{w('lots.who')}</dt><dd>{who}</dd></div>
      </dl>
      <Next lots={lots} />
      <p className="bm-links">
        <DownloadButton path={`api/v1/admissions/lotteries/${lots.id}/file`} name="lottery.json">{w('lots.file')}</DownloadButton>
        <a href="verify-lottery">{w('lots.verify')}</a>
      </p>
    </section>
  )
}
