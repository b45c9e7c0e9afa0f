// One level of the organisation tree; deeper levels are asked for when opened.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Org } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

type Props = { parent?: string; search?: string; chosen?: string; open?: boolean; onChoose: (id: string) => void }

export function OrgLevel({ parent, search, chosen, open, onChoose }: Props) {
  const { t } = useTranslation()
  const query = useInfiniteQuery({
    queryKey: ['orgs', parent ?? '', search ?? ''],
    queryFn: ({ pageParam }) => data(api.GET('/api/v1/orgs', { params: { query: { parent, q: search || undefined, after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
  if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState rows={2} />
  const orgs = query.data.pages.flatMap((page) => page.items)
  if (orgs.length === 0) return <EmptyState title={search ? t('orgs.none_found') : t('orgs.none_below')} />
  return (
    <ul className="bm-tree">
      {orgs.map((org) => <OrgNode key={org.id} org={org} chosen={chosen} startOpen={open === true && orgs.length === 1} onChoose={onChoose} />)}
      {query.hasNextPage && <li><Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('list.more')}</Button></li>}
    </ul>
  )
}

function OrgNode({ org, chosen, startOpen, onChoose }: { org: Org; chosen?: string; startOpen: boolean; onChoose: (id: string) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(startOpen)
  return (
    <li>
      <div className={org.id === chosen ? 'bm-tree-row bm-tree-chosen' : 'bm-tree-row'}>
        {org.n_children > 0 ? (
          <button type="button" className="bm-tree-toggle" aria-expanded={open} aria-label={t(open ? 'orgs.close' : 'orgs.open', { title: org.title })} onClick={() => setOpen(!open)}>
            <span aria-hidden="true">{open ? '−' : '+'}</span>
          </button>
        ) : <span className="bm-tree-leaf" aria-hidden="true" />}
        <button type="button" className="bm-tree-name" aria-current={org.id === chosen ? 'true' : undefined} onClick={() => onChoose(org.id)}>
          {org.title} <Tag tone="grey">{t(`org_kind.${org.kind}`)}</Tag>
        </button>
        <span className="bm-tree-counts">{t('orgs.counts', { children: formatNumber(org.n_children), students: formatNumber(org.n_students), staff: formatNumber(org.n_staff) })}</span>
      </div>
      {open && <OrgLevel parent={org.id} chosen={chosen} onChoose={onChoose} />}
    </li>
  )
}
