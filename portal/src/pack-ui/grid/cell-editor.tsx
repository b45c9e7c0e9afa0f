// The input inside a cell: Enter and Tab keep what was typed, Escape drops it.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/shared/api/types'
import { PersonInput } from '../form/person-input'

export type Step = 'down' | 'right' | 'left' | 'stay'
type Props = { field: Field; text: string; title: string; label: string; onKeep: (text: string, step: Step) => void; onDrop: () => void }

/** A person is chosen from a search: what is chosen is kept at once. */
function PersonCell({ text, title, label, onKeep, onDrop }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key !== 'Escape' && event.key !== 'Tab') return
    event.preventDefault()
    onDrop()
  }
  return <div className="bm-cell-person" onKeyDown={onKeyDown}><PersonInput label={label} value={text} title={title} disabled={false} open onChange={(code) => onKeep(code, 'stay')} onClose={onDrop} /></div>
}

export function CellEditor(props: Props) {
  return props.field.person ? <PersonCell {...props} /> : <PlainCell {...props} />
}

function PlainCell({ field, text, label, onKeep, onDrop }: Props) {
  const { t } = useTranslation()
  const [now, setNow] = useState(text)
  const input = useRef<HTMLInputElement & HTMLSelectElement>(null)
  const done = useRef(false)
  useEffect(() => {
    input.current?.focus()
    if (input.current instanceof HTMLInputElement) input.current.select()
  }, [])
  const finish = (act: () => void) => {
    if (done.current) return
    done.current = true
    act()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Escape') finish(onDrop)
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) finish(() => onKeep(now, 'down'))
    else if (event.key === 'Tab') finish(() => onKeep(now, event.shiftKey ? 'left' : 'right'))
    else return
    event.preventDefault()
  }
  const common = { ref: input, className: 'bm-cell-input', 'aria-label': label, value: now, onKeyDown, onBlur: () => finish(() => onKeep(now, 'stay')) }
  const codes = field.codes ?? (field.type === 'bool' ? [{ code: 'true', title: t('value.yes') }, { code: 'false', title: t('value.no') }] : undefined)
  if (codes) {
    return (
      <select {...common} onChange={(event) => setNow(event.target.value)}>
        {(!field.required || now === '') && <option value="">{t('value.none')}</option>}
        {codes.map((code) => <option key={code.code} value={code.code}>{code.title}</option>)}
      </select>
    )
  }
  return <input {...common} type={field.type === 'date' ? 'date' : 'text'} onChange={(event) => setNow(event.target.value)} />
}
