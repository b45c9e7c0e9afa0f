import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { OrgFace } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { useTwo } from '@/shared/i18n/use-two'

/** Heads by role; each leads to the list. Nothing where the reader sees no people. */
export function OrgPeople({ org, people }: { org: string; people: OrgFace['people'] }) {
  const { t } = useTranslation()
  const two = useTwo()
  if (people.length === 0) return null
  return (
    <section className="bm-panel" aria-labelledby="org-people">
      <h2 id="org-people">{t('orgs.heads')}</h2>
      <dl className="bm-facts">
        {people.map((head) => <div key={head.role}><dt>{two(head.title)}</dt><dd><Link to={`/people?org=${org}&role=${head.role}`}>{formatNumber(head.n)}</Link></dd></div>)}
      </dl>
    </section>
  )
}
