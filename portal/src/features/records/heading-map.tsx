// Which column of the file is which field: what the server recognised, and a choice for the rest. A choice is remembered for the next file.
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DatasetDetail, Headings } from '@/shared/api/types'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { Tag } from '@/shared/ui/tag'
import type { Chosen } from './import-file'

const leftOut = '-'
type Column = Headings['columns'][number] & { index: number }
type Props = { dataset: DatasetDetail; headings: Headings; busy: boolean; onDone: (chosen: Chosen) => void; onBack: () => void }

export function HeadingMap({ dataset, headings, busy, onDone, onBack }: Props) {
  const { t } = useTranslation()
  const first = headings.columns.map((column) => (column.by === 'left_out' ? leftOut : (column.field ?? column.nearest ?? '')))
  const [picks, setPicks] = useState(first)
  const known = headings.columns.map((column) => (column.by === 'left_out' ? leftOut : (column.field ?? '')))
  const twice = picks.filter((pick, i) => pick !== '' && pick !== leftOut && picks.indexOf(pick) !== i)
  const title = (id: string) => dataset.fields.find((field) => field.id === id)?.title ?? id
  const fields = dataset.fields.filter((field) => field.computed !== true)
  const missing = headings.missing.filter((id) => !picks.includes(id))
  const open = picks.filter((pick) => pick === '').length
  const options = [{ value: leftOut, label: t('import.left_out') }, ...fields.map((field) => ({ value: field.id, label: field.required ? `${field.title} *` : field.title }))]
  const columns: PlainColumn<Column>[] = [
    { key: 'title', title: t('import.heading'), render: (column) => <strong>{column.title || t('import.no_heading', { n: column.index + 1 })}</strong> },
    { key: 'sample', title: t('import.sample'), render: (column) => headings.samples.map((row) => row[column.index] ?? '').filter((cell) => cell !== '').join(t('list.comma')) },
    {
      key: 'field', title: t('import.field'),
      render: (column) => (
        <Select
          className="bm-map-select" aria-label={t('import.field_of', { heading: column.title })} placeholder={t('import.choose_field')} options={options} showSearch={{ optionFilterProp: 'label' }}
          status={twice.includes(picks[column.index] ?? '') ? 'error' : undefined} value={picks[column.index] || undefined} onChange={(value: string) => setPicks(picks.map((pick, i) => (i === column.index ? value : pick)))}
        />
      ),
    },
    { key: 'by', title: t('import.recognised'), render: (column) => <Tag tone={column.by === '' ? 'amber' : 'green'}>{t(`import.by.${column.by === '' ? 'unknown' : column.by}`)}</Tag> },
  ]
  const done = () => {
    const chosen: Chosen = {}
    headings.columns.forEach((column, i) => {
      const pick = picks[i] ?? ''
      if (pick !== '' && pick !== known[i]) chosen[column.title] = pick === leftOut ? '' : pick
    })
    onDone(chosen)
  }
  return (
    <section className="bm-panel bm-stack" aria-label={t('import.step_columns')}>
      <h2>{t('import.step_columns')}</h2>
      <p>{t('import.columns_note', { line: headings.line })}</p>
      <PlainTable label={t('import.step_columns')} columns={columns} rows={headings.columns.map((column, index) => ({ ...column, index }))} rowKey={(column) => String(column.index)} />
      {missing.length > 0 && <p role="alert" className="bm-field-error">{t('import.missing', { fields: missing.map(title).join(t('list.comma')) })}</p>}
      {twice.length > 0 && <p role="alert" className="bm-field-error">{t('import.twice', { fields: [...new Set(twice)].map(title).join(t('list.comma')) })}</p>}
      {open > 0 && <p role="status">{t('import.open_columns', { n: open })}</p>}
      <div className="bm-form-foot">
        <Button onClick={onBack}>{t('import.other_file')}</Button>
        <Button type="primary" loading={busy} disabled={missing.length > 0 || twice.length > 0 || open > 0} onClick={done}>{t('import.check')}</Button>
      </div>
    </section>
  )
}
