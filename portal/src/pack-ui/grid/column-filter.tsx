// The funnel in a column's head: comparison and value, offered by the field's type.
import FilterFilled from '@ant-design/icons/es/icons/FilterFilled'
import { Button, Input, Popover, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/shared/api/types'
import { opsFor, type Filter, type Op } from './filters'

type Props = { field: Field; filter?: Filter; onChange: (filter: Filter | null) => void }

function Form({ field, filter, onChange }: Props) {
  const { t } = useTranslation()
  const ops = opsFor(field)
  const [op, setOp] = useState<Op>(filter?.op ?? ops[0] ?? 'eq')
  const [value, setValue] = useState(filter?.value ?? '')
  const codes = field.codes ?? (field.type === 'bool' ? [{ code: 'true', title: t('value.yes') }, { code: 'false', title: t('value.no') }] : undefined)
  const options = codes?.map((code) => ({ value: code.code, label: code.title }))
  const usable = op === 'null' || value !== ''
  return (
    <form
      className="bm-filter-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (usable) onChange({ field: field.id, op, value: op === 'null' ? '' : value.trim() })
      }}
    >
      <Select aria-label={t('grid.op')} value={op} onChange={setOp} options={ops.map((one) => ({ value: one, label: t(`op.${one}`) }))} />
      {op !== 'null' && options && op === 'in' && (
        <Select mode="multiple" aria-label={t('grid.value')} value={value === '' ? [] : value.split('|')} onChange={(list: string[]) => setValue(list.join('|'))} options={options} />
      )}
      {op !== 'null' && options && op !== 'in' && <Select aria-label={t('grid.value')} value={value || undefined} onChange={setValue} options={options} />}
      {op !== 'null' && !options && <Input aria-label={t('grid.value')} value={value} onChange={(event) => setValue(event.target.value)} type={field.type === 'date' ? 'date' : 'text'} />}
      <div className="bm-form-foot">
        <Button size="small" onClick={() => onChange(null)}>{t('grid.clear')}</Button>
        <Button size="small" type="primary" htmlType="submit" disabled={!usable}>{t('grid.apply')}</Button>
      </div>
    </form>
  )
}

export function ColumnFilter(props: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const change = (filter: Filter | null) => {
    setOpen(false)
    props.onChange(filter)
  }
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottom" destroyOnHidden content={<Form {...props} onChange={change} />}>
      <button type="button" className={props.filter ? 'bm-icon-button bm-filter-on' : 'bm-icon-button'} aria-label={t('grid.filter', { field: props.field.title })} aria-expanded={open}>
        <FilterFilled aria-hidden="true" />
      </button>
    </Popover>
  )
}
