// What the work-list is narrowed by: lamp, time of waiting, days of opening, number or name. All of it stands in the address, each condition as a chip that can be taken off.
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { useServiceWords } from '@/shared/i18n/services'
import { Choice } from '@/shared/ui/choice'
import type { WorkFilter } from './queries'

const lamps = ['yellow', 'red', 'late'] as const
const waits = [3, 5, 10, 20]
const longestText = 20
type Change = (changes: Record<string, string | undefined>) => void

const dayOf = (text: string | null) => (text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined)

/** Of the address; what it cannot mean is left out. */
export function filterOf(address: URLSearchParams): WorkFilter {
  const n = Number(address.get('waits') ?? '')
  const q = (address.get('q') ?? '').trim().slice(0, longestText)
  return {
    lamp: lamps.find((lamp) => lamp === address.get('lamp')), waits_longer: Number.isInteger(n) && n > 0 && n <= 250 ? n : undefined,
    opened_from: dayOf(address.get('from')), opened_until: dayOf(address.get('until')), q: q === '' ? undefined : q,
  }
}

export function isNarrowed(filter: WorkFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined)
}

function Chips({ filter, onChange }: { filter: WorkFilter; onChange: Change }) {
  const w = useServiceWords()
  const chips = [
    filter.lamp && { key: 'lamp', text: w(`work.filter_lamp_${filter.lamp}`) },
    filter.waits_longer && { key: 'waits', text: `${w('work.filter_waits')} ${w('work.filter_waits_n', { n: filter.waits_longer })}` },
    filter.opened_from && { key: 'from', text: w('work.filter_opened_from', { day: filter.opened_from }) },
    filter.opened_until && { key: 'until', text: w('work.filter_opened_until', { day: filter.opened_until }) },
    filter.q && { key: 'q', text: w('work.filter_found', { text: filter.q }) },
  ].filter((chip) => typeof chip === 'object')
  if (chips.length === 0) return null
  return (
    <ul className="bm-inline bm-chips">
      {chips.map((chip) => <li key={chip.key}><Button size="small" aria-label={w('work.filter_drop', { what: chip.text })} onClick={() => onChange({ [chip.key]: undefined })}>{chip.text} <span aria-hidden="true">×</span></Button></li>)}
      {chips.length > 1 && <li><Button size="small" type="link" onClick={() => onChange({ lamp: undefined, waits: undefined, from: undefined, until: undefined, q: undefined })}>{w('work.filter_clear')}</Button></li>}
    </ul>
  )
}

export function WorkFilters({ filter, onChange }: { filter: WorkFilter; onChange: Change }) {
  const w = useServiceWords()
  const [text, setText] = useState(filter.q ?? '')
  const find = (event: FormEvent) => {
    event.preventDefault()
    onChange({ q: text.trim() })
  }
  return (
    <>
      <form className="bm-query" role="search" onSubmit={find}>
        <Choice label={w('work.filter_lamp')} value={filter.lamp ?? ''} empty={w('work.filter_lamp_any')} options={lamps.map((lamp) => ({ value: lamp, label: w(`work.filter_lamp_${lamp}`) }))} onChange={(lamp) => onChange({ lamp })} />
        <Choice label={w('work.filter_waits')} value={filter.waits_longer === undefined ? '' : String(filter.waits_longer)} empty={w('work.filter_waits_any')} options={[...new Set([...waits, ...(filter.waits_longer === undefined ? [] : [filter.waits_longer])])].map((n) => ({ value: String(n), label: w('work.filter_waits_n', { n }) }))} onChange={(n) => onChange({ waits: n })} />
        <label className="bm-labelled"><span>{w('work.filter_from')}</span><Input type="date" value={filter.opened_from ?? ''} max={filter.opened_until} onChange={(event) => onChange({ from: event.target.value })} /></label>
        <label className="bm-labelled"><span>{w('work.filter_until')}</span><Input type="date" value={filter.opened_until ?? ''} min={filter.opened_from} onChange={(event) => onChange({ until: event.target.value })} /></label>
        <label className="bm-labelled"><span>{w('work.filter_find')}</span><Input id="work-find" value={text} maxLength={longestText} allowClear onChange={(event) => { setText(event.target.value); if (event.target.value === '' && filter.q !== undefined) onChange({ q: undefined }) }} /></label>
        <Button htmlType="submit">{w('work.filter_find_go')}</Button>
      </form>
      <Chips filter={filter} onChange={onChange} />
    </>
  )
}
