// One row of the grid. Drawn anew only when the row, its edits or the active cell in it change.
import type { TFunction } from 'i18next'
import { memo } from 'react'
import type { Field, Row } from '@/shared/api/types'
import { rowInput } from '../form/values'
import { cellText, isNumeric, valueText } from './cell'
import { CellEditor, type Step } from './cell-editor'
import type { CellEdit, RowEdits } from './cell-edits'

export type CellAct = {
  open: (row: Row) => void
  choose: (index: number, column: number) => void
  begin: (index: number, column: number) => void
  keep: (row: Row, field: Field, text: string, step: Step) => void
  drop: () => void
}
type Props = {
  row: Row; index: number; top: number; height: number; fields: Field[]; template: string; act: CellAct
  edits?: RowEdits; editing: boolean; active: number; open: boolean; t: TFunction
}

function Mark({ edit, id, t }: { edit: CellEdit; id: string; t: TFunction }) {
  const sentence = edit.sentence ?? t(`cell.${edit.state}`)
  return <span id={id} className={`bm-cell-mark bm-cell-mark-${edit.state}`} title={sentence}><span className="bm-hidden">{sentence}</span></span>
}

type CellProps = { row: Row; field: Field; index: number; column: number; edit?: CellEdit; act: CellAct; editing: boolean; open: boolean; active: boolean; t: TFunction }

function Cell({ row, field, index, column, edit, act, editing, open, active, t }: CellProps) {
  const typed = edit && edit.state !== 'saved' ? edit.text : undefined
  const text = typed === undefined ? cellText(field, row, t) : valueText(field, typed === '' ? null : typed, t)
  const mark = edit && `cell-${index}-${field.id}`
  const className = ['bm-grid-cell', isNumeric(field) ? 'bm-num' : '', edit ? `bm-cell-${edit.state}` : '', active ? 'bm-cell-active' : ''].join(' ').trim()
  const select = editing ? { tabIndex: active ? 0 : -1, 'data-cell': `${index}.${column}`, onClick: () => act.choose(index, column), onDoubleClick: () => act.begin(index, column) } : {}
  if (active && open) {
    return (
      <div role="gridcell" aria-colindex={column + 1} className={className}>
        <CellEditor field={field} title={cellText(field, row, t)} text={typed ?? rowInput(field, row)} label={field.title} onKeep={(kept, step) => act.keep(row, field, kept, step)} onDrop={act.drop} />
      </div>
    )
  }
  return (
    <div role={editing ? 'gridcell' : 'cell'} aria-colindex={column + 1} className={className} title={text} aria-describedby={mark} aria-invalid={edit?.state === 'refused' || undefined} {...select}>
      {column === 0 && !editing ? <button type="button" className="bm-link" onClick={() => act.open(row)}>{text || t('grid.open_row')}</button> : text}
      {column === 0 && row._warn && row._warn.length > 0 && <span className="bm-warn-mark" title={t('grid.warned')}><span className="bm-hidden">{t('grid.warned')}</span></span>}
      {edit && mark && <Mark edit={edit} id={mark} t={t} />}
    </div>
  )
}

export const GridRow = memo(function GridRow({ row, index, top, height, fields, template, act, edits, editing, active, open, t }: Props) {
  return (
    <div
      role="row" aria-rowindex={index + 2} className={editing ? 'bm-grid-row bm-grid-row-edit' : 'bm-grid-row'}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${top}px)` }} onClick={editing ? undefined : () => act.open(row)}
    >
      {fields.map((field, column) => (
        <Cell key={field.id} row={row} field={field} index={index} column={column} edit={edits?.[field.id]} act={act} editing={editing} active={active === column} open={open} t={t} />
      ))}
    </div>
  )
})
