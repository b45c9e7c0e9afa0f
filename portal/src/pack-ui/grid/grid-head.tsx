import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { ColumnFilter } from './column-filter'
import { isNumeric } from './cell'
import type { GridProps } from './record-grid'

type Props = Pick<GridProps, 'fields' | 'order' | 'filters' | 'onOrder' | 'onFilter'> & { columns: string }

/** Titles with sort and filter; a second press turns the order round, a third removes it. */
export const GridHead = memo(function GridHead({ fields, order, filters, onOrder, onFilter, columns }: Props) {
  const { t } = useTranslation()
  const nextOrder = (id: string) => (order === id ? `-${id}` : order === `-${id}` ? '' : id)
  const sortOf = (id: string) => (order === id ? 'ascending' : order === `-${id}` ? 'descending' : 'none')
  const arrows = { ascending: '↑', descending: '↓', none: '' }
  return (
    <div role="rowgroup" className="bm-grid-head">
      <div role="row" aria-rowindex={1} className="bm-grid-headrow" style={{ gridTemplateColumns: columns }}>
        {fields.map((field) => (
          <div key={field.id} role="columnheader" aria-sort={sortOf(field.id)} className={isNumeric(field) ? 'bm-grid-cell bm-num' : 'bm-grid-cell'}>
            <button type="button" className="bm-sort" title={t('grid.sort', { field: field.title })} onClick={() => onOrder(nextOrder(field.id))}>
              {field.title}{field.unit && <small> {field.unit}</small>} <span aria-hidden="true">{arrows[sortOf(field.id)]}</span>
            </button>
            <ColumnFilter field={field} filter={filters.find((filter) => filter.field === field.id)} onChange={(filter) => onFilter(field.id, filter)} />
          </div>
        ))}
      </div>
    </div>
  )
})
