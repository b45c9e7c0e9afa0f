// A table for lists of moderate length. It scrolls sideways inside a focusable frame, so that keyboards reach every column.
import type { ReactNode } from 'react'

export type PlainColumn<T> = {
  key: string
  title: ReactNode
  render: (row: T) => ReactNode
  align?: 'right' | 'left'
  wide?: boolean
}

type Props<T> = { label: string; columns: PlainColumn<T>[]; rows: T[]; rowKey: (row: T, index: number) => string; onOpen?: (row: T) => void }

export function PlainTable<T>({ label, columns, rows, rowKey, onOpen }: Props<T>) {
  return (
    <div className="bm-table-frame" tabIndex={0} role="region" aria-label={label}>
      <table className="bm-table">
        <thead>
          <tr>{columns.map((column) => <th key={column.key} scope="col" className={column.align === 'right' ? 'bm-num' : undefined}>{column.title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)} className={onOpen ? 'bm-row-open' : undefined} onClick={onOpen && (() => onOpen(row))}>
              {columns.map((column) => (
                <td key={column.key} className={[column.align === 'right' ? 'bm-num' : '', column.wide ? 'bm-wide' : ''].join(' ').trim() || undefined}>{column.render(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
