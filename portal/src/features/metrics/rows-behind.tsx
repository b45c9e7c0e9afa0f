// The rows behind a figure, as far as the reader may see them. Asked for only when opened.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cellText } from '@/pack-ui/grid/cell'
import type { Where } from '@/pack-ui/cards/result'
import { api, data } from '@/shared/api/client'
import type { Field, Row } from '@/shared/api/types'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

const shownRows = 50

function columnsFor(rows: Row[], fields: Field[]): { id: string; field?: Field }[] {
  if (fields.length > 0) return fields.filter((field) => rows.some((row) => row[field.id] !== undefined)).map((field) => ({ id: field.id, field }))
  const ids = Object.keys(rows[0] ?? {})
  const beside = (id: string) => ids.includes(id.replace(/_(title|code)$/, '')) && /_(title|code)$/.test(id)
  return ids.filter((id) => !id.startsWith('_') && !beside(id)).map((id) => ({ id }))
}

function Rows({ metric, where, dataset }: { metric: string; where: Where; dataset: string }) {
  const { t } = useTranslation()
  const rows = useQuery({
    queryKey: ['rows-behind', metric, where],
    queryFn: () => data(api.POST('/api/v1/metrics/rows', { body: { metric, where, limit: shownRows } })),
  })
  const contract = useQuery({
    queryKey: ['dataset', dataset],
    queryFn: () => data(api.GET('/api/v1/datasets/{id}', { params: { path: { id: dataset } } })),
    enabled: dataset !== '',
  })
  return (
    <QueryView query={rows} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('how.no_rows')} />}>
      {(page) => {
        const columns: PlainColumn<Row>[] = [
          ...columnsFor(page.items, contract.data?.fields ?? []).map(({ id, field }): PlainColumn<Row> => ({
            key: id, title: field?.title ?? id, render: (row) => (field ? cellText(field, row, t) : String(row[`${id}_title`] ?? row[id] ?? '')),
          })),
          { key: '_source', title: t('row.source'), render: (row) => (row._file ? t('row.source_text', { file: row._file, line: row._line ?? '' }) : t('row.by_hand')) },
        ]
        return (
          <>
            <PlainTable label={t('how.rows')} columns={columns} rows={page.items} rowKey={(row) => row._key} />
            {page.next && <p className="bm-foot">{t('how.first_rows', { n: page.items.length })}</p>}
          </>
        )
      }}
    </QueryView>
  )
}

export function RowsBehind(props: { metric: string; where: Where; dataset: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <details className="bm-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('how.rows')}</summary>
      {open && <Rows {...props} />}
    </details>
  )
}
