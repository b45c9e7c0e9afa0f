// What concerns me, newest first: finished imports, rows that came back, notes on the plan. Opening one marks it as read.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Notice } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { ProblemNote } from '@/shared/ui/problem-note'
import { EmptyState } from '@/shared/ui/states'

function useMarkRead() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (mark: { id?: string; up_to?: string }) => api.POST('/api/v1/notices/read', { body: mark }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['notices'] }),
  })
}

function List({ notices }: { notices: Notice[] }) {
  const { t } = useTranslation()
  const two = useTwo()
  const mark = useMarkRead()
  const [newest] = notices
  return (
    <section className="bm-panel" aria-label={t('shell.notices')}>
      {newest !== undefined && notices.some((notice) => !notice.read) && (
        <button type="button" className="bm-plain-button" onClick={() => mark.mutate({ up_to: newest.id })}>{t('notices.mark_all')}</button>
      )}
      <ProblemNote error={mark.error} />
      <ul className="bm-note-list">
        {notices.map((notice) => (
          <li key={notice.id}>
            <time dateTime={notice.at}>{formatTime(notice.at)}</time>
            <Link to={notice.link} className={notice.read ? undefined : 'bm-unread'} onClick={() => !notice.read && mark.mutate({ id: notice.id })}>{two(notice.title)}</Link>
            {!notice.read && <span>{t('notices.unread')}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

export default function NoticesPage() {
  const { t } = useTranslation()
  return (
    <Page title={t('shell.notices')} note={t('notices.note')}>
      <Paged
        queryKey={['notices', 'all']}
        fetchPage={(after) => data(api.GET('/api/v1/notices', { params: { query: { after } } }))}
        empty={<EmptyState title={t('notices.none')} hint={t('notices.none_hint')} />}
      >
        {(notices) => <List notices={notices} />}
      </Paged>
    </Page>
  )
}
