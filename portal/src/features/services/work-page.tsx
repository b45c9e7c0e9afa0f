// The work-list: cases that wait for the reader, the most urgent first; several at once go the same way together.
import '@/pack-ui/pack-ui.css'
import './services.css'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CaseHead } from '@/shared/api/types'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { BulkSheet } from './bulk-sheet'
import { readCases, useFlows, type WorkFilter } from './queries'
import { ReviewList } from './review-list'
import { filterOf, isNarrowed, WorkFilters } from './work-filters'
import { WorkList } from './work-list'

const pageSize = 100
const mostAtOnce = 500

/** Cases that can be handled together: of one flow, in one state. The first that was chosen says which. */
export function fits(chosen: CaseHead[], head: CaseHead): boolean {
  const first = chosen[0]
  return first === undefined || (first.flow === head.flow && first.state === head.state)
}

function List({ flow, filter }: { flow: string; filter: WorkFilter }) {
  const w = useServiceWords()
  const [chosen, setChosen] = useState<CaseHead[]>([])
  const [handling, setHandling] = useState(false)
  const [moved, setMoved] = useState(false)
  const query = useInfiniteQuery({
    queryKey: ['cases', 'waiting', flow, filter],
    queryFn: ({ pageParam }) => readCases('waiting', flow === '' ? undefined : flow, pageParam, pageSize, filter),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
  if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />
  const heads = query.data.pages.flatMap((page) => page.items)
  if (heads.length === 0 && query.hasNextPage) return <EmptyState title={w('work.filter_not_here')} action={<Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{w('work.filter_go_on')}</Button>} />
  if (heads.length === 0 && isNarrowed(filter)) return <EmptyState title={w('work.filter_none_found')} hint={w('work.filter_none_found_hint')} />
  if (heads.length === 0) return <EmptyState title={w('work.none')} hint={w(flow === '' ? 'work.none_hint' : 'work.none_flow')} />
  const canChoose = (head: CaseHead) => chosen.length < mostAtOnce && fits(chosen, head)
  const toggle = (head: CaseHead) => setChosen((old) => (old.some((one) => one.id === head.id) ? old.filter((one) => one.id !== head.id) : [...old, head]))
  const close = () => {
    setHandling(false)
    if (moved) setChosen([]) // as they were chosen they are no more
    setMoved(false)
  }
  return (
    <>
      <WorkList heads={heads} chosen={chosen} canChoose={canChoose} onToggle={toggle} more={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      {chosen.length > 0 && (
        <div className="bm-bulk" role="group" aria-label={w('bulk.title')}>
          <strong>{w('bulk.bar', { n: chosen.length })}</strong><Button type="primary" onClick={() => setHandling(true)}>{w('bulk.title')}</Button><Button onClick={() => setChosen([])}>{w('bulk.clear')}</Button><small>{w('bulk.limit')}</small>
        </div>
      )}
      {handling && <BulkSheet heads={chosen} onMoved={() => setMoved(true)} onClose={close} />}
    </>
  )
}

export default function WorkPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const [address, change] = useAddress()
  const flows = useFlows().data?.items ?? []
  const flow = address.get('flow') ?? ''
  const filter = filterOf(address)
  return (
    <Page title={t('menu.work')} note={w('work.note')} actions={<><Link className="bm-button" to="/delegations">{w('work.away')}</Link><Link className="bm-button" to={flow === '' ? '/figures' : `/figures?flow=${encodeURIComponent(flow)}`}>{w('work.figures')}</Link></>}>
      <ReviewList />
      <div className="bm-query"><Choice label={w('cases.flow')} value={flow} empty={w('cases.all_flows')} options={flows.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={(id) => change({ flow: id })} /></div>
      <WorkFilters filter={filter} onChange={change} />
      <List key={`${flow} ${JSON.stringify(filter)}`} flow={flow} filter={filter} />
    </Page>
  )
}
