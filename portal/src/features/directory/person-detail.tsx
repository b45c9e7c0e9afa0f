import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { QueryView } from '@/shared/ui/query-view'
import { useRoleTitle, useSexTitle } from './words'

/** One person with every membership, past ones included. */
export function PersonDetail({ id, dates }: { id: string; dates: (at?: string) => string }) {
  const { t } = useTranslation()
  const roleTitle = useRoleTitle()
  const sexTitle = useSexTitle()
  const person = useQuery({ queryKey: ['person', id], queryFn: () => data(api.GET('/api/v1/people/{id}', { params: { path: { id } } })) })
  return (
    <QueryView query={person}>
      {(one) => (
        <>
          <dl className="bm-facts">
            <div><dt>{t('people.name')}</dt><dd>{one.name}</dd></div>
            <div><dt>{t('people.sex')}</dt><dd>{sexTitle(one.sex)}</dd></div>
            <div><dt>{t('people.birth')}</dt><dd>{one.birth ?? t('value.hidden')}</dd></div>
          </dl>
          <h3>{t('people.memberships')}</h3>
          <ol className="bm-timeline">
            {one.memberships.map((membership) => (
              <li key={`${membership.org.id} ${membership.role} ${membership.from}`}>
                <strong>{membership.org.title}</strong> {roleTitle(membership.role)}
                <small>{dates(membership.from)} – {membership.to ? dates(membership.to) : t('orgs.today')}</small>
              </li>
            ))}
          </ol>
        </>
      )}
    </QueryView>
  )
}
