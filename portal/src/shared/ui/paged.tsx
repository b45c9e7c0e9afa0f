// A list that arrives page by page: its four states, its rows, its next page.
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { LoadMore } from './load-more'
import { EmptyState, ErrorState, LoadingState } from './states'

type Listing<T> = { items: T[]; next?: string }
type Props<T> = {
  queryKey: readonly unknown[]
  fetchPage: (after: string | undefined) => Promise<Listing<T>>
  empty?: ReactNode
  again?: (items: T[]) => number | false // milliseconds after which it is asked for again, while something in it is under way
  children: (items: T[]) => ReactNode
}

export function Paged<T>({ queryKey, fetchPage, empty, again, children }: Props<T>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data === undefined ? false : (again?.(state.data.pages.flatMap((page) => page.items)) ?? false)),
  })
  if (query.data === undefined) {
    return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />
  }
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <>{empty ?? <EmptyState />}</>
  return (
    <>
      {children(items)}
      <LoadMore n={items.length} more={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
    </>
  )
}
