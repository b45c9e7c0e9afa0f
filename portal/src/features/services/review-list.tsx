// What the reader is asked to review, above the work-list; nothing where there is nothing.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Tag } from '@/shared/ui/tag'
import { dueText } from './words'

export const stageTones = { asked: 'amber', in: 'green', declined: 'grey', replaced: 'grey' } as const

export function ReviewList() {
  const w = useServiceWords()
  const two = useTwo()
  const reviews = useQuery({ queryKey: ['reviews'], queryFn: () => data(api.GET('/api/v1/reviews')) })
  if (reviews.error) return <ProblemNote error={reviews.error} />
  const items = reviews.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="bm-panel" aria-labelledby="reviews">
      <h2 id="reviews">{w('review.mine')}</h2>
      <ul className="bm-case-cards">
        {items.map((one) => (
          <li key={one.id} className="bm-case-card">
            <p className="bm-case-title"><Link to={`/review?id=${one.id}`}>{two(one.flow_title)} · {two(one.state_title)}</Link></p>
            <p className="bm-tags"><Tag tone={stageTones[one.stage]}>{w(`review.${one.stage}`)}</Tag>{one.due_at !== undefined && <span>{w('work.due', { at: dueText(one.due_at) })}</span>}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
