// Connected tools: their keys, how they fare, and the end of a key.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { XapiKey } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { scopeNames } from './scopes'
import { ToolForm } from './tool-form'

/** "1.5%" of the requests of a day; nothing where there were none. */
export function errorRate(key: Pick<XapiKey, 'n_requests' | 'n_errors'>): string {
  return key.n_requests === 0 ? '' : `${formatNumber(Math.round((key.n_errors * 1000) / key.n_requests) / 10)}%`
}

function useColumns(onRevoke: (key: XapiKey) => void): PlainColumn<XapiKey>[] {
  const { t } = useTranslation()
  const w = useLearningWords()
  const reads = useRight('datasets.read')
  const may = (key: XapiKey) => (
    <span className="bm-tags">
      {scopeNames.filter((name) => key.scopes.includes(name)).map((name) => <Tag key={name} tone="blue">{w(`tools.scope_${name}`)}</Tag>)}
      {key.own_users && <Tag tone="violet">{w('tools.own_users_tag')}</Tag>}
      {key.verbs.length > 0 && <Tag tone="violet">{w('tools.n_verbs', { n: key.verbs.length })}</Tag>}
      {key.validate && <Tag tone="violet">{w('tools.validate_tag')}</Tag>}
      {key.profiles.length > 0 && <Tag tone="violet">{w('tools.n_profiles', { n: key.profiles.length })}</Tag>}
    </span>
  )
  const name = (key: XapiKey) => <><strong>{key.title}</strong><br /><code>{key.key}</code><br /><small>{key.org?.title} · {w('tools.made', { by: key.by, at: formatTime(key.created_at) })}</small></>
  return [
    { key: 'title', title: w('tools.name'), wide: true, render: name },
    { key: 'scopes', title: w('tools.scopes'), wide: true, render: may },
    { key: 'seen', title: w('tools.seen'), render: (key) => (key.revoked_at !== undefined ? <Tag tone="grey">{w('tools.revoked')}</Tag> : key.last_seen === undefined ? w('tools.never') : formatTime(key.last_seen)) },
    { key: 'requests', title: w('tools.requests'), align: 'right', render: (key) => formatNumber(key.n_requests) },
    { key: 'errors', title: w('tools.errors'), align: 'right', render: (key) => (key.n_errors > 0 ? <Tag tone="red">{errorRate(key)}</Tag> : errorRate(key)) },
    { key: 'statements', title: w('tools.statements'), align: 'right', render: (key) => formatNumber(key.n_statements) },
    {
      key: 'act', title: t('accounts.action'), render: (key) => (
        <span className="bm-links">
          {reads && <Link to={`/learning?key=${key.key}`}>{w('tools.to_records')}</Link>}
          {key.revoked_at === undefined && (
            <Popconfirm title={w('tools.revoke_sure', { title: key.title })} okText={w('tools.revoke')} cancelText={t('action.cancel')} onConfirm={() => onRevoke(key)}>
              <Button size="small" danger>{w('tools.revoke')}</Button>
            </Popconfirm>
          )}
        </span>
      ),
    },
  ]
}

export default function ToolsPage() {
  const w = useLearningWords()
  const cache = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [all, setAll] = useState(false)
  const keys = useQuery({ queryKey: ['xapi-keys'], queryFn: () => data(api.GET('/api/v1/xapi/keys')) })
  const revoke = useMutation({
    mutationFn: (key: XapiKey) => api.DELETE('/api/v1/xapi/keys/{key}', { params: { path: { key: key.key } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['xapi-keys'] }),
  })
  const columns = useColumns((key) => revoke.mutate(key))
  const shown = (items: XapiKey[]) => items.filter((key) => all || key.revoked_at === undefined)
  return (
    <Page title={w('tools.title')} note={w('tools.note')} actions={<><Link className="bm-button" to="/forwards">{w('forwards.link')}</Link><Link className="bm-button" to="/recipes">{w('tools.recipes')}</Link><Button type="primary" onClick={() => setAdding(true)}>{w('tools.add')}</Button></>}>
      <p><Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>{w('tools.show_revoked')}</Checkbox></p>
      <ProblemNote error={revoke.error} />
      <QueryView query={keys} isEmpty={({ items }) => shown(items).length === 0} empty={<EmptyState title={w('tools.none')} hint={w('tools.none_hint')} />}>
        {({ items }) => <PlainTable label={w('tools.title')} columns={columns} rows={shown(items)} rowKey={(key) => key.key} />}
      </QueryView>
      {adding && <ToolForm onClose={() => setAdding(false)} />}
    </Page>
  )
}
