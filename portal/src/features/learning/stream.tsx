// The stream of learning records in the reader's scope, for those who work with it.
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { ExportMenu } from './export-menu'
import { Filters } from './filters'
import { RecordSheet } from './record-sheet'
import { filterOf, useRecords } from './records'
import { useOpenRecord } from './use-open-record'
import { VirtualRecords } from './virtual-records'

/** The name of a person whom the address names by id. */
export function usePersonName(id: string): string | undefined {
  const person = useQuery({ queryKey: ['person', id], queryFn: () => data(api.GET('/api/v1/people/{id}', { params: { path: { id } } })), enabled: id !== '', retry: false })
  return person.data?.name
}

export function Stream() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const [address] = useAddress()
  const { place, open, close } = useOpenRecord()
  const connects = useRight('xapi.keys')
  const exports = useRight('datasets.export')
  const filter = filterOf(address)
  const query = useRecords(filter)
  const personName = usePersonName(address.get('person') ?? '')
  const { fetchNextPage } = query
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const pages = query.data?.pages ?? []
  const records = pages.flatMap((page) => page.items)
  const asked = Object.keys(filter).length > 0
  const list = () => {
    if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />
    if (records.length === 0 && !query.hasNextPage) return <EmptyState title={w('stream.none')} hint={w(asked ? 'stream.none_filtered' : connects ? 'stream.none_tool' : 'stream.none_family')} />
    return <VirtualRecords records={records} more={query.hasNextPage} busy={query.isFetchingNextPage} lastWasEmpty={pages.at(-1)?.items.length === 0} onMore={onMore} onOpen={open} />
  }
  return (
    <Page title={t('menu.learning')} note={w('stream.note')} actions={<>{exports && <ExportMenu filter={filter} />}<Button loading={query.isRefetching} onClick={() => void query.refetch()}>{w('stream.fresh')}</Button></>}>
      <Filters personName={personName} />
      {list()}
      {place && <RecordSheet place={place} onClose={close} />}
    </Page>
  )
}
