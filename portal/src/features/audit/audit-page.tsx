// The audit log, newest first, as far as the reader may see it.
import { Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { AuditEntry } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { useAddress } from '@/shared/ui/search-params'

function detailText(detail: unknown): string {
  if (detail === null || detail === undefined) return ''
  return typeof detail === 'object' ? JSON.stringify(detail) : String(detail)
}

export default function AuditPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const actor = address.get('actor') ?? ''
  const action = address.get('action') ?? ''
  const columns: PlainColumn<AuditEntry>[] = [
    { key: 'seq', title: t('audit.seq'), align: 'right', render: (entry) => entry.seq },
    { key: 'at', title: t('audit.at'), render: (entry) => formatTime(entry.at) },
    { key: 'actor', title: t('audit.actor'), render: (entry) => entry.actor },
    { key: 'action', title: t('audit.action'), render: (entry) => <code>{entry.action}</code> },
    { key: 'object', title: t('audit.object'), render: (entry) => <code>{entry.object}</code> },
    { key: 'detail', title: t('audit.detail'), wide: true, render: (entry) => <code>{detailText(entry.detail)}</code> },
  ]
  return (
    <Page title={t('menu.audit')} note={t('audit.note')}>
      <div className="bm-query">
        <Input.Search aria-label={t('audit.by_actor')} placeholder={t('audit.by_actor')} defaultValue={actor} allowClear onSearch={(text) => change({ actor: text.trim() })} />
        <Input.Search aria-label={t('audit.by_action')} placeholder={t('audit.by_action')} defaultValue={action} allowClear onSearch={(text) => change({ action: text.trim() })} />
      </div>
      <Paged
        queryKey={['audit', actor, action]}
        fetchPage={(after) => data(api.GET('/api/v1/audit', { params: { query: { actor: actor || undefined, action: action || undefined, after } } }))}
      >
        {(entries) => <PlainTable label={t('menu.audit')} columns={columns} rows={entries} rowKey={(entry) => String(entry.seq)} />}
      </Paged>
    </Page>
  )
}
