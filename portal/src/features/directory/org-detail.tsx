// One organisation: where it stands, its basics, its history.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/numbers'
import { formatDate, formatTime } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { useRight } from '@/shared/session/use-me'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

export function OrgDetail({ id, onChoose }: { id: string; onChoose: (id: string) => void }) {
  const { t } = useTranslation()
  const two = useTwo()
  const seesPeople = useRight('people.read')
  const seesQuality = useRight('quality.read')
  const org = useQuery({ queryKey: ['org', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id } } })) })
  const history = useQuery({ queryKey: ['org-history', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}/history', { params: { path: { id } } })) })
  return (
    <section className="bm-panel" aria-label={t('orgs.detail')}>
      <QueryView query={org}>
        {(one) => (
          <>
            <ol className="bm-crumbs">
              {one.path.filter((step) => step.id !== one.id).map((step) => <li key={step.id}><button type="button" className="bm-link" onClick={() => onChoose(step.id)}>{step.title}</button></li>)}
              <li aria-current="true">{one.title}</li>
            </ol>
            <h2>{one.title}</h2>
            <dl className="bm-facts">
              <div><dt>{t('orgs.kind')}</dt><dd>{t(`org_kind.${one.kind}`)}</dd></div>
              {one.code && <div><dt>{t('orgs.code')}</dt><dd>{one.code}</dd></div>}
              <div><dt>{t('orgs.students')}</dt><dd>{formatNumber(one.n_students)}</dd></div>
              <div><dt>{t('orgs.staff')}</dt><dd>{formatNumber(one.n_staff)}</dd></div>
              <div><dt>{t('orgs.children')}</dt><dd>{formatNumber(one.n_children)}</dd></div>
              <div><dt>{t('orgs.valid')}</dt><dd>{formatDate(one.valid_from)} – {one.valid_to ? formatDate(one.valid_to) : t('orgs.today')}</dd></div>
            </dl>
            <p className="bm-links">
              {seesPeople && <Link to={`/people?org=${one.id}`}>{t('orgs.to_people')}</Link>}
              {seesQuality && <Link to={`/quality?org=${one.id}`}>{t('orgs.to_quality')}</Link>}
            </p>
          </>
        )}
      </QueryView>
      <h3>{t('orgs.history')}</h3>
      <QueryView query={history} rows={2} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('orgs.no_history')} />}>
        {(page) => (
          <ol className="bm-timeline">
            {page.items.map((event) => <li key={`${event.at} ${event.what}`}><time dateTime={event.at}>{formatTime(event.at)}</time> {two(event.detail)} <small>{event.by}</small></li>)}
          </ol>
        )}
      </QueryView>
    </section>
  )
}
