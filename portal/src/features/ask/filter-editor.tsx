// A condition: which dimension, and which of its values. Organisations are found by name.
import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import type { AskQuery, AskVocabulary } from '@/shared/api/types'
import { useAskWords } from '@/shared/i18n/ask'
import { Choice } from '@/shared/ui/choice'
import { openDimensions, withFilter, type Dimension } from './tree'

type Values = { values: string[]; onChange: (values: string[]) => void }

function ValueInput({ dimension, values, onChange }: Values & { dimension: Dimension }) {
  const w = useAskWords()
  if (dimension.kind === 'org') return <label className="bm-labelled" htmlFor="ask-org"><span>{w('filter.org')}</span><OrgInput id="ask-org" value={values[0] ?? ''} disabled={false} onChange={(id) => onChange([id])} /></label>
  if (dimension.values.length > 0) {
    return <Checkbox.Group aria-label={dimension.title} value={values} options={dimension.values.map((one) => ({ value: one.code, label: one.title }))} onChange={(chosen) => onChange(chosen.map(String))} />
  }
  return (
    <label className="bm-labelled">
      <span>{w('filter.value')}</span>
      <Input value={values.join(' ')} maxLength={100} onChange={(event) => onChange(event.target.value.split(/\s+/).filter((one) => one !== ''))} />
    </label>
  )
}

type Props = { dimension: string; query: AskQuery; vocabulary: AskVocabulary; onEdit: (query: AskQuery) => void }

export function FilterEditor({ dimension, query, vocabulary, onEdit }: Props) {
  const w = useAskWords()
  const [id, setId] = useState(dimension)
  const standing = query.where?.[dimension] ?? []
  const [values, setValues] = useState(standing)
  const shown = vocabulary.dimensions.find((one) => one.id === id)
  const choices = openDimensions(query, vocabulary, 'filter').concat(vocabulary.dimensions.filter((one) => one.id === dimension && standing.length > 0))
  const choose = (next: string | undefined) => {
    setId(next ?? '')
    setValues(next === dimension ? standing : [])
  }
  const use = () => onEdit(withFilter(id === dimension ? query : withFilter(query, dimension, []), id, values))
  return (
    <form className="bm-inline" onSubmit={(event) => { event.preventDefault(); if (values.length > 0) use() }}>
      <Choice label={w('filter.by')} value={id} empty={w('chip.choose')} options={choices.map((one) => ({ value: one.id, label: one.title }))} onChange={choose} />
      {shown !== undefined && <ValueInput dimension={shown} values={values} onChange={setValues} />}
      <Button type="primary" htmlType="submit" disabled={values.length === 0}>{w('chip.use')}</Button>
      {standing.length > 0 && <Button danger onClick={() => onEdit(withFilter(query, dimension, []))}>{w('chip.remove')}</Button>}
    </form>
  )
}
