// Where an account is signed in; each session can be ended.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { formatTime } from '@/shared/format/times'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

export function AccountSessions({ account }: { account: string }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const key = ['account-sessions', account]
  const sessions = useQuery({ queryKey: key, queryFn: () => data(api.GET('/api/v1/accounts/{account}/sessions', { params: { path: { account } } })) })
  const end = useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/accounts/{account}/sessions/{id}', { params: { path: { account, id } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key }),
  })
  return (
    <section aria-labelledby="account-sessions">
      <h3 id="account-sessions">{t('me.sessions')}</h3>
      <ProblemNote error={end.error} />
      <QueryView query={sessions} rows={2} isEmpty={({ items }) => items.length === 0} empty={<EmptyState title={t('accounts.no_sessions')} />}>
        {({ items }) => (
          <ul className="bm-note-list">
            {items.map((one) => (
              <li key={one.id}>
                <span>{t('me.since')} {formatTime(one.created_at)} · {t('me.seen')} {formatTime(one.last_seen)} · <code>{one.peer}</code></span>
                <Button size="small" onClick={() => end.mutate(one.id)}>{t('me.end')}</Button>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </section>
  )
}
