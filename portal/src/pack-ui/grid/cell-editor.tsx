// The input inside a cell: Enter and Tab keep what was typed, Escape drops it.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/shared/api/types'

export type Step = 'down' | 'right' | 'left' | 'stay'
type Props = { field: Field; text: string; label: string; onKeep: (text: string, step: Step) => void; onDrop: () => void }

export function CellEditor({ field, text, label, onKeep, onDrop }: Props) {
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
