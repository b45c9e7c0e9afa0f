// How content the applicant was with a case that has ended: asked once, one to five with a few words.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import type { FormEvent } from 'react'
import { api, data } from '@/shared/api/client'
import { useDraft } from '@/shared/draft'
import { formatDate } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { ProblemNote } from '@/shared/ui/problem-note'

const empty = { stars: 0, words: '' }
const all = [1, 2, 3, 4, 5] as const

function Ask({ id }: { id: string }) {
  const w = useServiceWords()
  const cache = useQueryClient()
  const [typed, change, clear] = useDraft(`rating ${id}`, empty)
  const rate = useMutation({
    mutationFn: () => data(api.POST('/api/v1/cases/{case}/rating', { params: { path: { case: id } }, body: { stars: typed.stars, words: typed.words.trim() } })),
    onSuccess: () => {
      clear()
      return cache.invalidateQueries({ queryKey: ['case-rating', id] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rate.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <fieldset>
        <legend>{w('rating.ask')}</legend>
        <div className="bm-stars">{all.map((stars) => <label key={stars}><input type="radio" name="stars" value={stars} checked={typed.stars === stars} disabled={rate.isPending} onChange={() => change({ stars })} /> {w(`rating.s${stars}`)}</label>)}</div>
      </fieldset>
      <div><label htmlFor="rating-words">{w('rating.words')}</label><Input.TextArea id="rating-words" rows={2} maxLength={300} value={typed.words} disabled={rate.isPending} onChange={(event) => change({ words: event.target.value })} /></div>
      <ProblemNote error={rate.error} />
      <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={rate.isPending} disabled={typed.stars === 0}>{w('rating.send')}</Button></div>
    </form>
  )
}

export function CaseRating({ id }: { id: string }) {
  const w = useServiceWords()
  const found = useQuery({ queryKey: ['case-rating', id], queryFn: () => data(api.GET('/api/v1/cases/{case}/rating', { params: { path: { case: id } } })) })
  if (found.error && found.data === undefined) return <ProblemNote error={found.error} />
  if (found.data === undefined || (!found.data.can_rate && found.data.rating === undefined)) return null
  const { rating } = found.data
  return (
    <section className="bm-panel" aria-labelledby="rating">
      <h2 id="rating">{w('rating.title')}</h2>
      {rating === undefined ? <Ask id={id} /> : <p>{w(`rating.s${rating.stars as (typeof all)[number]}`)}{rating.words !== undefined && ` · ${rating.words}`} <small>{formatDate(rating.at)}</small></p>}
    </section>
  )
}
