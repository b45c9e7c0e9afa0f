// Several of many in an order that matters: what is chosen as chips that can be taken away, and the browser's own list to add one.
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { without } from './form'

type Option = { id: string; title: string; group?: string }
type Props = { label: string; value: string[]; options: Option[]; most?: number; fault?: string; onChange: (value: string[]) => void }

export function PickMany({ label, value, options, most = 20, fault, onChange }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const titleOf = (one: string) => options.find((option) => option.id === one)?.title ?? one
  const open = options.filter((option) => !value.includes(option.id))
  const groups = [...new Set(open.map((option) => option.group ?? ''))]
  const entries = (group: string) => open.filter((option) => (option.group ?? '') === group).map((option) => <option key={option.id} value={option.id}>{option.title}</option>)
  return (
    <div className="bm-pick">
      <label htmlFor={id}>{label}</label>
      {value.length > 0 && (
        <ul className="bm-inline">
          {value.map((one, index) => (
            <li key={one}>
              <button type="button" className="bm-chip" aria-label={t('builder.take_away', { title: titleOf(one), label })} onClick={() => onChange(without(value, index))}>{titleOf(one)} <span aria-hidden="true">×</span></button>
            </li>
          ))}
        </ul>
      )}
      {value.length < most && open.length > 0 && (
        <select id={id} className="bm-select" value="" aria-invalid={fault !== undefined} onChange={(event) => event.target.value !== '' && onChange([...value, event.target.value])}>
          <option value="">{t('builder.add_one')}</option>
          {groups.length === 1 ? entries(groups[0] ?? '') : groups.map((group) => <optgroup key={group} label={group}>{entries(group)}</optgroup>)}
        </select>
      )}
      {(value.length >= most || open.length === 0) && <input id={id} className="bm-input" readOnly value={t('builder.all_chosen', { n: value.length })} />}
    </div>
  )
}
