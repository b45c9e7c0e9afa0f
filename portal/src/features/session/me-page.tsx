// My own access: where I am signed in, and the tokens by which programs read in my name.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { ApiToken, SessionInfo } from '@/shared/api/types'
import { formatDate, formatTime } from '@/shared/format/times'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { TokenForm } from './token-form'
import { useRightTitle } from './words'

function Sessions() {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const sessions = useQuery({ queryKey: ['my-sessions'], queryFn: () => data(api.GET('/api/v1/me/sessions')) })
  const end = useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['my-sessions'] }),
  })
  const columns: PlainColumn<SessionInfo>[] = [
    { key: 'since', title: t('me.since'), render: (one) => formatTime(one.created_at) },
    { key: 'seen', title: t('me.seen'), render: (one) => formatTime(one.last_seen) },
    { key: 'peer', title: t('me.peer'), render: (one) => <code>{one.peer}</code> },
    { key: 'end', title: t('accounts.action'), render: (one) => (one.current ? t('me.this_one') : <Button size="small" onClick={() => end.mutate(one.id)}>{t('me.end')}</Button>) },
  ]
  return (
    <section className="bm-panel" aria-labelledby="sessions">
      <h2 id="sessions">{t('me.sessions')}</h2>
      <ProblemNote error={end.error} />
      <QueryView query={sessions}>{({ items }) => <PlainTable label={t('me.sessions')} columns={columns} rows={items} rowKey={(one) => one.id} />}</QueryView>
    </section>
  )
}

function Tokens() {
  const { t } = useTranslation()
  const rightTitle = useRightTitle()
  const cache = useQueryClient()
  const tokens = useQuery({ queryKey: ['my-tokens'], queryFn: () => data(api.GET('/api/v1/me/tokens')) })
  const revoke = useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['my-tokens'] }),
  })
  const columns: PlainColumn<ApiToken>[] = [
    { key: 'title', title: t('me.token_title'), render: (one) => one.title },
    { key: 'rights', title: t('me.token_rights'), wide: true, render: (one) => one.rights.map(rightTitle).join(t('list.comma')) },
    { key: 'until', title: t('me.token_until'), render: (one) => formatDate(one.expires_at) },
    { key: 'revoke', title: t('accounts.action'), render: (one) => <Button size="small" danger onClick={() => revoke.mutate(one.id)}>{t('me.revoke')}</Button> },
  ]
  return (
    <section className="bm-panel" aria-labelledby="tokens">
      <h2 id="tokens">{t('me.tokens')}</h2>
      <p>{t('me.tokens_note')}</p>
      <ProblemNote error={revoke.error} />
      <QueryView query={tokens} isEmpty={({ items }) => items.length === 0} empty={<EmptyState title={t('me.no_tokens')} />}>
        {({ items }) => <PlainTable label={t('me.tokens')} columns={columns} rows={items} rowKey={(one) => one.id} />}
      </QueryView>
      <TokenForm />
    </section>
  )
}

export default function MePage() {
  const { t } = useTranslation()
  return <Page title={t('menu.me')} note={t('me.note')}><Sessions /><Tokens /></Page>
}
