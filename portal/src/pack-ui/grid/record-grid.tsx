// A virtual grid over the rows of a dataset: only what is seen is drawn, pages are fetched in the background. In editing, cells are chosen with
// the arrow keys, opened with Enter, F2 or by typing, and a block can be pasted over them.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ClipboardEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Row } from '@/shared/api/types'
import type { Step } from './cell-editor'
import { CellEdits } from './cell-edits'
import { columnWidth } from './cell'
import { blockText, selectedPlaces } from './copy'
import { GridHead } from './grid-head'
import { GridRow, type CellAct } from './grid-row'
import type { Filter } from './filters'
import { editable, type Anchor } from './paste'
import type { RowSource } from './row-source'

const rowHeight = 40

export type Editing = { edits: CellEdits; grain: string[]; onKeep: (row: Row, field: Field, text: string) => void; onPaste: (text: string, anchor: Anchor) => void; onUndo: () => void }
export type GridProps = {
  label: string
  fields: Field[]
  source: RowSource
  busy: boolean
  order: string
  filters: Filter[]
  editing?: Editing
  onOrder: (order: string) => void
  onFilter: (field: string, filter: Filter | null) => void
  onOpen: (row: Row) => void
}

const noEdits = new CellEdits('', undefined)
const steps: Record<string, [number, number] | undefined> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [15, 0], PageUp: [-15, 0] }

export function RecordGrid(props: GridProps) {
  const { fields, source, busy, editing, onOpen } = props
  useSyncExternalStore(source.subscribe, source.snapshot)
  const edits = editing?.edits ?? noEdits
  useSyncExternalStore(edits.subscribe, edits.snapshot)
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState({ row: 0, column: 0, open: false })
  const { rows, more } = source
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: rowHeight })
  const items = virtual.getVirtualItems()
  const last = items[items.length - 1]?.index ?? 0
  useEffect(() => source.want(last), [source, last])
  const template = useMemo(() => fields.map((field) => `${columnWidth(field)}px`).join(' '), [fields])
  const width = useMemo(() => fields.reduce((sum, field) => sum + columnWidth(field), 0), [fields])

  const go = useCallback((row: number, column: number, open = false) => {
    const to = { row: Math.max(0, Math.min(row, source.rows.length - 1)), column: Math.max(0, Math.min(column, fields.length - 1)) }
    setActive({ ...to, open })
    virtual.scrollToIndex(to.row)
    if (!open) requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-cell="${to.row}.${to.column}"]`)?.focus())
  }, [fields.length, source, virtual])
  const begin = useCallback((row: number, column: number) => {
    const field = fields[column]
    if (field && editing && editable(field, editing.grain) && field.type !== 'org') go(row, column, true)
    else if (editing && source.rows[row]) onOpen(source.rows[row])
  }, [editing, fields, go, onOpen, source])
  const at = useRef(active)
  useEffect(() => { at.current = active }, [active])
  const act = useMemo<CellAct>(() => ({
    open: onOpen,
    choose: go,
    begin,
    keep: (row, field, text, step: Step) => {
      editing?.onKeep(row, field, text)
      const { row: here, column } = at.current
      if (step === 'stay') setActive((old) => ({ ...old, open: false }))
      else go(here + (step === 'down' ? 1 : 0), column + (step === 'right' ? 1 : step === 'left' ? -1 : 0))
    },
    drop: () => go(at.current.row, at.current.column),
  }), [begin, editing, go, onOpen])

  const onKeyDown = (event: KeyboardEvent) => {
    if (!editing || active.open || !(event.target instanceof HTMLElement)) return
    const inGrid = event.target.dataset.cell !== undefined || event.target === frame.current
    if (!inGrid) return
    const step = steps[event.key]
    if (step) go(active.row + step[0], active.column + step[1])
    else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) editing.onUndo()
    else if (event.key === 'Enter' || event.key === 'F2' || (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey)) begin(active.row, active.column)
    else return
    if (step || event.key === 'Enter' || event.ctrlKey || event.metaKey) event.preventDefault()
  }
  const onCopy = (event: ClipboardEvent) => {
    if (active.open || frame.current === null) return
    const selection = getSelection()
    const places = selectedPlaces(frame.current, selection)
    const here = editing && selection?.isCollapsed !== false ? [active] : []
    const text = blockText(places.length > 0 ? places : here, source.rows, fields, t)
    if (text === '') return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (!editing || active.open) return
    event.preventDefault()
    editing.onPaste(event.clipboardData.getData('text/plain'), active)
  }
  return (
    <div ref={frame} className="bm-grid" role="region" tabIndex={0} aria-label={props.label} aria-busy={busy} onKeyDown={onKeyDown} onCopy={onCopy} onPaste={onPaste}>
      <div role={editing ? 'grid' : 'table'} aria-label={props.label} aria-rowcount={more ? -1 : rows.length + 1} aria-colcount={fields.length} style={{ width, minWidth: '100%' }}>
        <GridHead fields={fields} order={props.order} filters={props.filters} onOrder={props.onOrder} onFilter={props.onFilter} columns={template} />
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const here = editing !== undefined && active.row === item.index
            return (
              <GridRow
                key={row._key} row={row} index={item.index} top={item.start} height={rowHeight} fields={fields} template={template} act={act} edits={edits.of(row._key)}
                editing={editing !== undefined} active={here ? active.column : -1} open={here && active.open} t={t}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
