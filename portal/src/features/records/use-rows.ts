// The rows of a dataset behind its grid, and what keeps cells and blocks saved.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { RowSource, type RowPage } from '@/pack-ui/grid/row-source'
import { localised, send } from '@/shared/api/client'
import { datasetFile } from './queries'

const pageRows = 1000

export function useRows(dataset: string, filters: string[], order: string) {
  return useQuery({
    queryKey: ['rows', dataset, filters, order],
    queryFn: () => RowSource.open(async (after) => {
      const response = await send(datasetFile(dataset, 'rows', { limit: String(pageRows), after, order: order || undefined }, filters))
      return localised(await response.json()) as RowPage
    }),
    structuralSharing: false,
    staleTime: 60_000,
    gcTime: 30_000,
    placeholderData: keepPreviousData,
  })
}
