// The city's own dashboards, and what a pack delivers to copy from.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { BoardSources, DashboardRef } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

type Own = BoardSources['items'][number]

export function OwnList({ sources, dashboards }: { sources: BoardSources; dashboards: DashboardRef[] }) {
  const { t } = useTranslation()
  const delivered = dashboards.filter((one) => one.pack !== '')
  const columns: PlainColumn<Own>[] = [
    { key: 'title', title: t('builder.title'), wide: true, render: (one) => <Link to={`/builder?id=${encodeURIComponent(one.id)}`}>{one.title}</Link> },
    { key: 'id', title: t('builder.id'), render: (one) => <code>{one.id}</code> },
    { key: 'state', title: t('builder.state'), render: (one) => (one.n_findings === 0 ? <Tag tone="green">{t('builder.in_force')}</Tag> : <Tag tone="red">{t('builder.broken', { n: one.n_findings })}</Tag>) },
    { key: 'version', title: t('builder.version'), align: 'right', render: (one) => one.version },
    { key: 'at', title: t('builder.changed'), render: (one) => `${formatTime(one.at)} · ${one.by}` },
  ]
  return (
    <>
      <p><Link className="bm-button" to="/builder?new=1">{t('builder.new')}</Link></p>
      {sources.items.length === 0 ? <EmptyState title={t('builder.none')} hint={t('builder.none_hint')} /> : <PlainTable label={t('menu.builder')} columns={columns} rows={sources.items} rowKey={(one) => one.id} />}
      <section className="bm-panel" aria-label={t('builder.delivered')}>
        <h2>{t('builder.delivered')}</h2>
        <p>{t('builder.delivered_note')}</p>
        <ul className="bm-inline">{delivered.map((one) => <li key={one.id}><Link to={`/builder?copy=${encodeURIComponent(one.id)}`}>{one.title}</Link></li>)}</ul>
      </section>
    </>
  )
}
