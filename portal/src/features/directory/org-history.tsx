import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { formatTime } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

/** What happened to an organisation, newest first. */
export function OrgHistory({ org }: { org: string }) {
  const { t } = useTranslation()
  const two = useTwo()
  const history = useQuery({ queryKey: ['org-history', org], queryFn: () => data(api.GET('/api/v1/orgs/{id}/history', { params: { path: { id: org } } })) })
  return (
    <section className="bm-panel" aria-labelledby="org-history">
      <h2 id="org-history">{t('orgs.history')}</h2>
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
