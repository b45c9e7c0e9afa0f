// One organisation beside the tree: where it stands, its basics, the way to its page, its history.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { QueryView } from '@/shared/ui/query-view'
import { OrgFacts } from './org-facts'
import { OrgHistory } from './org-history'

export function OrgDetail({ id, onChoose }: { id: string; onChoose: (id: string) => void }) {
  const { t } = useTranslation()
  const org = useQuery({ queryKey: ['org', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id } } })) })
  return (
    <div>
      <QueryView query={org}>
        {(one) => (
          <>
            <ol className="bm-crumbs">
              {one.path.filter((step) => step.id !== one.id).map((step) => <li key={step.id}><button type="button" className="bm-link" onClick={() => onChoose(step.id)}>{step.title}</button></li>)}
              <li aria-current="true">{one.title}</li>
            </ol>
            <h2>{one.title} <Link className="bm-button" to={`/org?id=${one.id}`}>{t('orgs.open_page')}</Link></h2>
            <OrgFacts org={one} />
          </>
        )}
      </QueryView>
      <OrgHistory org={id} />
    </div>
  )
}
