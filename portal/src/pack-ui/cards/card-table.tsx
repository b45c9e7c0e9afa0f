// Any card as a table. Names open the level below, figures open the way they were computed.
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import type { Cell } from '@/shared/api/types'
import { figureText, labelOf } from './result'
import type { PictureProps } from './types'

type Line = { row: number; cells: Cell[] }

export function CardTable({ card, result, metrics, words, onDrill, onCell }: PictureProps) {
  const firstDimension = result.columns.findIndex((column) => column.kind === 'dimension')
  const columns: PlainColumn<Line>[] = result.columns.map((column, index) => ({
    key: column.id,
    title: column.unit ? `${column.title} (${column.unit})` : column.title,
    align: column.kind === 'dimension' ? 'left' : 'right',
    render: ({ row, cells }) => {
      if (column.kind === 'dimension') {
        const name = labelOf(cells[index], words.none)
        return index === firstDimension && onDrill ? <button type="button" className="bm-link" onClick={() => onDrill(row)}>{name}</button> : name
      }
      const text = figureText(result, row, index, metrics, words)
      return column.kind === 'metric' && onCell ? <button type="button" className="bm-link bm-figure-link" onClick={() => onCell(row, index)}>{text}</button> : text
    },
  }))
  return <PlainTable label={card.title} columns={columns} rows={result.rows.map((cells, row) => ({ row, cells }))} rowKey={(line) => String(line.row)} />
}
