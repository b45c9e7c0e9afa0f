// Imports into a dataset that were begun before, to come back to them.
import '@/shared/i18n/records'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { formatTime } from '@/shared/format/times'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

const shown = 5

export function RecentJobs({ dataset }: { dataset: string }) {
  const { t } = useTranslation()
  const jobs = useQuery({ queryKey: ['jobs'], queryFn: () => data(api.GET('/api/v1/jobs', { params: { query: { limit: 50 } } })) })
  return (
    <QueryView query={jobs} rows={2} isEmpty={(page) => !page.items.some((job) => job.dataset === dataset)} empty={<EmptyState title={t('import.no_recent')} />}>
      {(page) => (
        <ul className="bm-plain-list">
          {page.items.filter((job) => job.dataset === dataset).slice(0, shown).map((job) => (
            <li key={job.id}>
              <Link to={`/import?id=${encodeURIComponent(dataset)}&job=${job.id}`}>{job.file}</Link> {formatTime(job.created_at)} {t(`job.state.${job.state}`)}{job.dry_run && ` · ${t('job.dry')}`}{job.can_write && ` · ${t('import.can_write')}`}
            </li>
          ))}
        </ul>
      )}
    </QueryView>
  )
}
