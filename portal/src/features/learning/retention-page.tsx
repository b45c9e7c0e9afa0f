// Retention and erasure: what a person's or old learning records are, that they go, and how far that is.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { LearningRemoval } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { LoadMore } from '@/shared/ui/load-more'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { EraseForm } from './erase-form'
import { PurgeForm } from './purge-form'
import { percentOf, removalKey } from './removals'

const lookAgain_ms = 2000

function useColumns(): PlainColumn<LearningRemoval>[] {
  const w = useLearningWords()
  const what = (one: LearningRemoval) => (one.kind === 'person' ? w('keep.of_person') : w('keep.of_age', { day: one.before ?? '' }))
  const state = (one: LearningRemoval) => (
    <>
      <Tag tone={one.state === 'done' ? 'green' : 'amber'}>{w(`keep.state_${one.state}`)}</Tag>
      {one.state !== 'done' && <><br /><progress max={100} value={percentOf(one)} aria-label={w('keep.progress')} /></>}
    </>
  )
  return [
    { key: 'what', title: w('keep.what'), render: (one) => <><strong>{what(one)}</strong><br /><small>{one.org?.title}</small></> },
    { key: 'state', title: w('keep.state'), render: state },
    { key: 'n', title: w('keep.n_statements'), align: 'right', render: (one) => formatNumber(one.counts.n_statements) },
    { key: 'rows', title: w('keep.n_rows'), align: 'right', render: (one) => (one.keep_figures ? w('keep.kept') : formatNumber(one.counts.n_rows)) },
    { key: 'reason', title: w('keep.reason'), wide: true, render: (one) => one.reason },
    { key: 'by', title: w('keep.by'), render: (one) => <>{one.by}<br /><small>{formatTime(one.at)}</small></> },
  ]
}

function Removals() {
  const w = useLearningWords()
  const columns = useColumns()
  const query = useInfiniteQuery({
    queryKey: removalKey,
    queryFn: ({ pageParam }) => data(api.GET('/api/v1/learning/removals', { params: { query: { after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((one) => one.state !== 'done')) ? lookAgain_ms : false),
  })
  if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <EmptyState title={w('keep.none')} hint={w('keep.none_hint')} />
  return (
    <>
      <PlainTable label={w('keep.list')} columns={columns} rows={items} rowKey={(one) => one.no} />
      <LoadMore n={items.length} more={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
    </>
  )
}

export default function RetentionPage() {
  const w = useLearningWords()
  return (
    <Page title={w('keep.title')} crumbs={[{ title: w('actors.title'), to: '/actors' }]} note={w('keep.note')}>
      <div className="bm-boards">
        <EraseForm />
        <PurgeForm />
      </div>
      <h2>{w('keep.list')}</h2>
      <Removals />
    </Page>
  )
}
