import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Org } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatDate } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'

/** Kind, code, counts and term of an organisation. */
export function OrgFacts({ org }: { org: Org }) {
  const { t } = useTranslation()
  const seesPeople = useRight('people.read')
  const followsClasses = useRight('metrics.read') && seesPeople
  const seesQuality = useRight('quality.read')
  return (
    <section className="bm-panel" aria-label={t('orgs.detail')}>
      <dl className="bm-facts">
        <div><dt>{t('orgs.kind')}</dt><dd>{t(`org_kind.${org.kind}`)}</dd></div>
        {org.code && <div><dt>{t('orgs.code')}</dt><dd>{org.code}</dd></div>}
        <div><dt>{t('orgs.students')}</dt><dd>{formatNumber(org.n_students)}</dd></div>
        <div><dt>{t('orgs.staff')}</dt><dd>{formatNumber(org.n_staff)}</dd></div>
        <div><dt>{t('orgs.children')}</dt><dd>{formatNumber(org.n_children)}</dd></div>
        <div><dt>{t('orgs.valid')}</dt><dd>{formatDate(org.valid_from)} – {org.valid_to ? formatDate(org.valid_to) : t('orgs.today')}</dd></div>
      </dl>
      <p className="bm-links">
        {seesPeople && <Link to={`/people?org=${org.id}`}>{t('orgs.to_people')}</Link>}
        {followsClasses && org.kind === 'class' && <Link to={`/timeline?class=${org.id}`}>{t('menu.learning')}</Link>}
        {seesQuality && <Link to={`/quality?org=${org.id}`}>{t('orgs.to_quality')}</Link>}
      </p>
    </section>
  )
}
