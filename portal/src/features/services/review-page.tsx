// One review: the work without what tells whose it is, and the reader's own sheet. What is typed is kept until it is handed in.
import '@/pack-ui/pack-ui.css'
import './services.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { api, ApiError, data } from '@/shared/api/client'
import type { DatasetDetail, Review } from '@/shared/api/types'
import { useDataset } from '@/shared/datasets'
import { useDraft } from '@/shared/draft'
import { formatNumber } from '@/shared/format/numbers'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { Facts } from './case-facts'
import type { Texts } from './case-draft'
import { toldFields } from './field-of'
import { longestNote, noteKey } from './move-fields'
import { ReviewFiles } from './review-files'
import { stageTones } from './review-list'

const empty: Texts = {}
const reasonKey = '$reason'
const sumOf = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0)

/** Points of a sheet as numbers; undefined while one is missing or outside its item. */
export function pointsOf(sheet: Review['sheet'], texts: Texts): Record<string, number> | undefined {
  const points = sheet.map((item) => [item.id, (texts[item.id] ?? '').trim() === '' ? NaN : Number(texts[item.id])] as const)
  return points.every(([id, value]) => value >= 0 && value <= (sheet.find((item) => item.id === id)?.max ?? 0)) ? Object.fromEntries(points) : undefined
}

function Sheet({ review }: { review: Review }) {
  const w = useServiceWords()
  const two = useTwo()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [typed, change, clear] = useDraft(`review ${review.id}`, empty)
  const given = { ...Object.fromEntries(Object.entries(review.points).map(([id, value]) => [id, String(value)])), [noteKey]: review.note }
  const texts: Texts = { ...given, ...typed }
  const points = pointsOf(review.sheet, texts)
  const send = useMutation({
    mutationFn: () => data(api.PUT('/api/v1/reviews/{review}', { params: { path: { review: review.id } }, body: { points: points ?? {}, note: (texts[noteKey] ?? '').trim() } })),
    onSuccess: (handedIn) => {
      clear()
      cache.setQueryData(['review', review.id], handedIn) // the last sheet ends the panel: it could not be read again
      return cache.invalidateQueries({ queryKey: ['reviews'] })
    },
  })
  const decline = useMutation({
    mutationFn: () => api.POST('/api/v1/reviews/{review}/decline', { params: { path: { review: review.id } }, body: { reason: (texts[reasonKey] ?? '').trim() } }),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries({ queryKey: ['reviews'], refetchType: 'all' }) // the list that follows does not name it any more
      return navigate('/work')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <section className="bm-panel" aria-labelledby="sheet">
      <h2 id="sheet">{w('review.sheet')}</h2>
      {send.isSuccess && Object.keys(typed).length === 0 && <p role="status" className="bm-done">{w('review.handed_in')}</p>}
      <form className="bm-form" onSubmit={submit}>
        {review.sheet.map((item) => <div key={item.id}><label htmlFor={`points-${item.id}`}>{two(item.title)} <small>{w('review.of', { max: formatNumber(item.max) })}</small></label><Input id={`points-${item.id}`} type="number" inputMode="decimal" min={0} max={item.max} step="any" required value={texts[item.id] ?? ''} disabled={send.isPending} onChange={(event) => change({ [item.id]: event.target.value })} /></div>)}
        <div><label htmlFor="review-note">{w('review.note')}</label><Input.TextArea id="review-note" rows={3} maxLength={longestNote} value={texts[noteKey] ?? ''} disabled={send.isPending} onChange={(event) => change({ [noteKey]: event.target.value })} /></div>
        <p><output>{points === undefined ? w('review.unfinished') : w('review.total', { sum: formatNumber(sumOf(Object.values(points))), max: formatNumber(sumOf(review.sheet.map((item) => item.max))) })}</output></p>
        <ProblemNote error={send.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={send.isPending} disabled={points === undefined}>{w('review.hand_in')}</Button></div>
      </form>
      {review.stage === 'asked' && (
        <details className="bm-details">
          <summary>{w('review.decline')}</summary>
          <form className="bm-form" onSubmit={(event) => { event.preventDefault(); decline.mutate() }}>
            <div><label htmlFor="review-reason">{w('review.reason')}</label><Input id="review-reason" maxLength={160} value={texts[reasonKey] ?? ''} disabled={decline.isPending} onChange={(event) => change({ [reasonKey]: event.target.value })} /></div>
            <ProblemNote error={decline.error} />
            <div className="bm-form-foot"><Button htmlType="submit" loading={decline.isPending} disabled={(texts[reasonKey] ?? '').trim() === ''}>{w('review.confirm_decline')}</Button></div>
          </form>
        </details>
      )}
    </section>
  )
}

function Body({ review, dataset }: { review: Review; dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  return (
    <Page title={`${two(review.flow_title)} · ${two(review.state_title)}`} crumbs={[{ title: t('menu.work'), to: '/work' }]} note={<span className="bm-tags"><Tag tone={stageTones[review.stage]}>{w(`review.${review.stage}`)}</Tag>{w('review.blind')}</span>}>
      <div className="bm-split">
        <div><div className="bm-panel"><h2>{w('review.work')}</h2><Facts fields={toldFields(dataset, review.row, [])} row={review.row} /></div><ReviewFiles id={review.id} /></div>
        <Sheet review={review} />
      </div>
    </Page>
  )
}

export default function ReviewPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const [address] = useAddress()
  const id = address.get('id') ?? ''
  const review = useQuery({ queryKey: ['review', id], queryFn: () => data(api.GET('/api/v1/reviews/{review}', { params: { path: { review: id } } })), enabled: id !== '' })
  const dataset = useDataset(review.data?.dataset ?? '')
  const back = <Link className="bm-button" to="/work">{t('menu.work')}</Link>
  if (id === '') return <EmptyState title={w('review.no_id')} action={back} />
  if (review.data === undefined && review.error instanceof ApiError && review.error.problem.code === 'flows.no_review') return <EmptyState title={two(review.error.problem.detail)} action={back} />
  return <QueryView query={review}>{(one) => <QueryView query={dataset}>{(detail) => <Body key={one.id} review={one} dataset={detail} />}</QueryView>}</QueryView>
}
