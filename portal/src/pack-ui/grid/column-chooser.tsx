// Which columns the grid shows. At least one stays.
import { Button, Checkbox, Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/shared/api/types'

type Props = { fields: Field[]; shown: string[]; onChange: (shown: string[]) => void }

export function ColumnChooser({ fields, shown, onChange }: Props) {
  const { t } = useTranslation()
  const toggle = (id: string) => {
    const next = fields.map((field) => field.id).filter((one) => (one === id ? !shown.includes(id) : shown.includes(one)))
    if (next.length > 0) onChange(next.length === fields.length ? [] : next)
  }
  const list = (
    <div className="bm-columns" role="group" aria-label={t('grid.columns')}>
      {fields.map((field) => <Checkbox key={field.id} checked={shown.includes(field.id)} onChange={() => toggle(field.id)}>{field.title}</Checkbox>)}
      <Button size="small" onClick={() => onChange([])}>{t('grid.all_columns')}</Button>
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomRight" content={list} destroyOnHidden>
      <Button>{t('grid.columns')}{shown.length < fields.length && ` ${shown.length}/${fields.length}`}</Button>
    </Popover>
  )
}
