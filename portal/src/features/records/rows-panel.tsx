// The rows of a dataset: filters, order, columns and view in the address, export, editing in the grid, a drawer for one row.
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ColumnChooser } from '@/pack-ui/grid/column-chooser'
import { valueText } from '@/pack-ui/grid/cell'
import { printFilter, parseFilter, type Filter } from '@/pack-ui/grid/filters'
import type { Anchor } from '@/pack-ui/grid/paste'
import { RecordGrid } from '@/pack-ui/grid/record-grid'
import type { DatasetDetail, Row } from '@/shared/api/types'
import { DownloadButton } from '@/shared/ui/download-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { EditBar } from './edit-bar'
import { PasteDialog } from './paste-dialog'
import { datasetFile } from './queries'
import { RowCount } from './row-count'
import { RowDrawer } from './row-drawer'
import { UndoRemoval } from './undo-removal'
import { useEditing } from './use-editing'
import { useRows } from './use-rows'
import { ViewsBar } from './views-bar'

export function RowsPanel({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const [open, setOpen] = useState<Row | 'new' | null>(null)
  const [pasted, setPasted] = useState<{ text: string; anchor: Anchor | null } | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  const texts = address.getAll('filter')
  const order = address.get('order') ?? ''
  const columns = address.getAll('column')
  const edit = address.get('edit') === '1' && dataset.can.edit
  const filters = texts.map(parseFilter).filter((filter): filter is Filter => filter !== null)
  const shown = columns.map((id) => dataset.fields.find((field) => field.id === id)).filter((field) => field !== undefined)
  const fields = shown.length > 0 ? shown : dataset.fields
  const query = useRows(dataset.id, texts, order)
  const source = query.data
  const editing = useEditing(dataset, source)
  const setFilter = (field: string, filter: Filter | null) => {
    const others = filters.filter((one) => one.field !== field)
    change({ filter: (filter ? [...others, filter] : others).map(printFilter), view: undefined })
  }
  const label = (filter: Filter) => {
    const field = dataset.fields.find((one) => one.id === filter.field)
    const values = filter.value.split('|').map((value) => (field ? valueText(field, value, t) : value)).join(t('list.comma'))
    return `${field?.title ?? filter.field} ${t(`op.${filter.op}`)} ${values}`
  }
  return (
    <div>
      <div className="bm-query">
        <ViewsBar
          dataset={dataset.id} look={{ filters: texts, order, columns }} chosen={address.get('view')}
          onChoose={(view) => change(view ? { view: view.id, filter: view.filters, order: view.order, column: view.columns } : { view: undefined, filter: undefined, order: undefined, column: undefined })}
        />
        {filters.map((filter) => (
          <button key={printFilter(filter)} type="button" className="bm-chip" aria-label={t('grid.remove_filter', { filter: label(filter) })} onClick={() => setFilter(filter.field, null)}>
            {label(filter)} <span aria-hidden="true">×</span>
          </button>
        ))}
        <span className="bm-query-end">
          <ColumnChooser fields={dataset.fields} shown={fields.map((field) => field.id)} onChange={(ids) => change({ column: ids })} />
          {dataset.can.edit && <Button aria-pressed={edit} type={edit ? 'primary' : 'default'} onClick={() => change({ edit: edit ? undefined : '1' })}>{t('grid.edit_mode')}</Button>}
          {dataset.can.edit && <Button onClick={() => setOpen('new')}>{t('dataset.add_row')}</Button>}
          {dataset.can.export && (['csv', 'xlsx'] as const).map((format) => (
            <DownloadButton key={format} path={datasetFile(dataset.id, 'export', { format }, texts)} name={`${dataset.id}.${format}`}>{t(`dataset.export_${format}`)}</DownloadButton>
          ))}
        </span>
      </div>
      {edit && <EditBar editing={editing} onPaste={() => setPasted({ text: '', anchor: null })} />}
      {removed !== null && <UndoRemoval key={removed} dataset={dataset.id} rowKey={removed} onDone={() => setRemoved(null)} />}
      <ProblemNote error={editing.problem} />
      {source === undefined && (query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState rows={8} />)}
      {source !== undefined && source.rows.length === 0 && (
        <EmptyState
          title={filters.length > 0 ? t('dataset.none_found') : t('dataset.no_rows')}
          hint={filters.length > 0 ? undefined : t('dataset.no_rows_hint')}
          action={filters.length > 0 ? <Button onClick={() => change({ filter: undefined })}>{t('grid.clear_all')}</Button> : undefined}
        />
      )}
      {source !== undefined && source.rows.length > 0 && (
        <>
          <RecordGrid
            label={dataset.title} fields={fields} source={source} busy={query.isPlaceholderData} order={order} filters={filters}
            editing={edit ? { edits: editing.edits, grain: dataset.grain, onKeep: editing.keep, onPaste: (text, anchor) => setPasted({ text, anchor }), onUndo: () => void editing.undo() } : undefined}
            onOrder={(next) => change({ order: next, view: undefined })} onFilter={setFilter} onOpen={setOpen}
          />
          <RowCount source={source} />
        </>
      )}
      {pasted && <PasteDialog key={pasted.text} dataset={dataset} fields={fields} rows={source?.rows ?? []} start={pasted} onSaved={editing.takeBlock} onClose={() => setPasted(null)} />}
      <RowDrawer dataset={dataset} open={open} onRemoved={setRemoved} onClose={() => setOpen(null)} />
    </div>
  )
}
