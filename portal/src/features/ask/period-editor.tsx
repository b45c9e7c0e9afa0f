// The period of a question: the newest, the last few, or from one to another.
import { Button, Input, InputNumber } from 'antd'
import { useState } from 'react'
import type { AskQuery } from '@/shared/api/types'
import { useAskWords } from '@/shared/i18n/ask'
import { Choice } from '@/shared/ui/choice'
import { isPeriod, periodOf, type Period } from './tree'

type Way = 'latest' | 'last' | 'span'

export function PeriodEditor({ query, onEdit }: { query: AskQuery; onEdit: (period: Period) => void }) {
  const w = useAskWords()
  const [period, setPeriod] = useState(() => periodOf(query))
  const [way, setWay] = useState<Way>(period.last > 0 ? 'last' : period.from !== '' || period.to !== '' ? 'span' : 'latest')
  const good = way !== 'span' || (isPeriod(period.from) && isPeriod(period.to) && period.from + period.to !== '')
  const use = () => onEdit(way === 'latest' ? { from: '', to: '', last: 0 } : way === 'last' ? { from: '', to: '', last: Math.max(1, period.last) } : { ...period, last: 0 })
  const text = (name: 'from' | 'to') => (
    <label className="bm-labelled">
      <span>{w(`period.${name}`)}</span>
      <Input value={period[name]} maxLength={10} placeholder="2025" status={isPeriod(period[name]) ? undefined : 'error'} aria-invalid={!isPeriod(period[name])} onChange={(event) => setPeriod({ ...period, [name]: event.target.value.trim() })} />
    </label>
  )
  return (
    <form className="bm-inline" onSubmit={(event) => { event.preventDefault(); if (good) use() }}>
      <Choice label={w('chip.period')} value={way} options={(['latest', 'last', 'span'] as const).map((one) => ({ value: one, label: w(`period.${one}`) }))} onChange={(one) => setWay((one ?? 'latest') as Way)} />
      {way === 'last' && (
        <label className="bm-labelled">
          <span>{w('period.n')}</span>
          <InputNumber min={1} max={50} value={Math.max(1, period.last)} onChange={(n) => setPeriod({ ...period, last: n ?? 1 })} />
        </label>
      )}
      {way === 'span' && <>{text('from')}{text('to')}</>}
      <Button type="primary" htmlType="submit" disabled={!good}>{w('chip.use')}</Button>
    </form>
  )
}
