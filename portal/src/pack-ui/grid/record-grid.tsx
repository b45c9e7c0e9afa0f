// A virtual grid over the rows of a dataset: only what is seen is drawn, the next page is fetched when its end comes near.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Row } from '@/shared/api/types'
import { cellText, columnWidth, isNumeric } from './cell'
import { GridHead } from './grid-head'
import type { Filter } from './filters'

const rowHeight = 40
const nearEnd = 12

export type GridProps = {
  label: string
  fields: Field[]
  rows: Row[]
  more: boolean
  busy: boolean
  order: string
  filters: Filter[]
  onMore: () => void
  onOrder: (order: string) => void
  onFilter: (field: string, filter: Filter | null) => void
  onOpen: (row: Row) => void
}

export function RecordGrid(props: GridProps) {
  const { fields, rows, more, busy, onMore, onOpen } = props
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => rowHeight, overscan: 10 })
  const items = virtual.getVirtualItems()
  const last = items[items.length - 1]?.index ?? 0
  useEffect(() => {
    if (more && !busy && last >= rows.length - nearEnd) onMore()
  }, [more, busy, last, rows.length, onMore])
  const columns = fields.map((field) => `${columnWidth(field)}px`).join(' ')
  const width = fields.reduce((sum, field) => sum + columnWidth(field), 0)
  return (
    <div ref={frame} className="bm-grid" role="region" tabIndex={0} aria-label={props.label} aria-busy={busy}>
      <div role="table" aria-label={props.label} aria-rowcount={more ? -1 : rows.length + 1} style={{ width, minWidth: '100%' }}>
        <GridHead {...props} columns={columns} />
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            return (
              <div
                key={row._key} role="row" aria-rowindex={item.index + 2} className="bm-grid-row"
                style={{ gridTemplateColumns: columns, height: rowHeight, transform: `translateY(${item.start}px)` }}
                onClick={() => onOpen(row)}
              >
                {fields.map((field, index) => {
                  const text = cellText(field, row, t)
                  return (
                    <div key={field.id} role="cell" className={isNumeric(field) ? 'bm-grid-cell bm-num' : 'bm-grid-cell'} title={text}>
                      {index === 0 ? <button type="button" className="bm-link" onClick={() => onOpen(row)}>{text || t('grid.open_row')}</button> : text}
                      {index === 0 && row._warn && row._warn.length > 0 && <span className="bm-warn-mark" title={t('grid.warned')}><span className="bm-hidden">{t('grid.warned')}</span></span>}
                    </div>
                  )
                })}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
