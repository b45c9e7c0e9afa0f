// The rows of a dataset with filters and order in the address, export, and a drawer for one row.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { printFilter, parseFilter, type Filter } from '@/pack-ui/grid/filters'
import { RecordGrid } from '@/pack-ui/grid/record-grid'
import { valueText } from '@/pack-ui/grid/cell'
import { api, data } from '@/shared/api/client'
import type { DatasetDetail, Row } from '@/shared/api/types'
import { DownloadButton } from '@/shared/ui/download-button'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { datasetFile } from './queries'
import { RowDrawer } from './row-drawer'

const pageRows = 200

export function RowsPanel({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const [open, setOpen] = useState<Row | 'new' | null>(null)
  const texts = address.getAll('filter')
  const order = address.get('order') ?? ''
  const filters = texts.map(parseFilter).filter((filter): filter is Filter => filter !== null)
  const query = useInfiniteQuery({
    queryKey: ['rows', dataset.id, texts, order],
    queryFn: ({ pageParam }) =>
      data(api.GET('/api/v1/datasets/{id}/rows', {
        params: { path: { id: dataset.id }, query: { limit: pageRows, after: pageParam, filter: texts.length > 0 ? texts : undefined, order: order || undefined } },
      })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  const setFilter = (field: string, filter: Filter | null) => {
    const others = filters.filter((one) => one.field !== field)
    change({ filter: (filter ? [...others, filter] : others).map(printFilter) })
  }
  const label = (filter: Filter) => {
    const field = dataset.fields.find((one) => one.id === filter.field)
    const values = filter.value.split('|').map((value) => (field ? valueText(field, value, t) : value)).join(t('list.comma'))
    return `${field?.title ?? filter.field} ${t(`op.${filter.op}`)} ${values}`
  }
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div>
      <div className="bm-query">
        {filters.map((filter) => (
          <button key={printFilter(filter)} type="button" className="bm-chip" aria-label={t('grid.remove_filter', { filter: label(filter) })} onClick={() => setFilter(filter.field, null)}>
            {label(filter)} <span aria-hidden="true">×</span>
          </button>
        ))}
        <span className="bm-query-end">
          {dataset.can.edit && <Button onClick={() => setOpen('new')}>{t('dataset.add_row')}</Button>}
          {dataset.can.export && (['csv', 'xlsx'] as const).map((format) => (
            <DownloadButton key={format} path={datasetFile(dataset.id, 'export', { format }, texts)} name={`${dataset.id}.${format}`}>{t(`dataset.export_${format}`)}</DownloadButton>
          ))}
        </span>
      </div>
      {query.data === undefined && (query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState rows={8} />)}
      {query.data !== undefined && rows.length === 0 && (
        <EmptyState
          title={filters.length > 0 ? t('dataset.none_found') : t('dataset.no_rows')}
          hint={filters.length > 0 ? undefined : t('dataset.no_rows_hint')}
          action={filters.length > 0 ? <Button onClick={() => change({ filter: undefined })}>{t('grid.clear_all')}</Button> : undefined}
        />
      )}
      {rows.length > 0 && (
        <>
          <RecordGrid
            label={dataset.title} fields={dataset.fields} rows={rows} more={query.hasNextPage} busy={query.isFetchingNextPage || query.isPlaceholderData} order={order} filters={filters}
            onMore={() => void query.fetchNextPage()} onOrder={(next) => change({ order: next })} onFilter={setFilter} onOpen={setOpen}
          />
          <p className="bm-foot">{query.hasNextPage ? t('list.shown', { n: rows.length }) : t('list.all_shown', { n: rows.length })}</p>
        </>
      )}
      <RowDrawer dataset={dataset} open={open} onClose={() => setOpen(null)} />
    </div>
  )
}
