// A word and what it means: a metric, a dimension, a value of one, an organisation. A word that means something already needs a second look.
import { useMutation } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api, ApiError } from '@/shared/api/client'
import type { AskVocabulary, SynonymIn } from '@/shared/api/types'
import { useAskWords } from '@/shared/i18n/ask'
import { Choice } from '@/shared/ui/choice'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useVocabulary } from './queries'

type Props = { question: string; onDone: (word: string) => void; onCancel?: () => void }
type Kind = SynonymIn['kind']
const kinds: Kind[] = ['metric', 'dimension', 'value', 'org']
type Option = { value: string; label: string }

function targetsOf(kind: Kind, vocabulary: AskVocabulary): Option[] {
  if (kind === 'metric') return vocabulary.metrics.map((one) => ({ value: one.id, label: one.title }))
  const plain = vocabulary.dimensions.filter((one) => one.kind !== 'org' && one.kind !== 'period')
  return plain.filter((one) => kind === 'dimension' || one.values.length > 0).map((one) => ({ value: one.id, label: one.title }))
}

function Fields({ vocabulary, question, onDone, onCancel }: Props & { vocabulary: AskVocabulary }) {
  const w = useAskWords()
  const [word, setWord] = useState('')
  const [kind, setKind] = useState<Kind>('metric')
  const [target, setTarget] = useState('')
  const [code, setCode] = useState('')
  const [anyway, setAnyway] = useState(false)
  const add = useMutation({
    mutationFn: () => api.POST('/api/v1/ask/synonyms', { body: { word: word.trim(), kind, target, code, anyway } }),
    onSuccess: () => {
      setWord('')
      setAnyway(false)
      onDone(word.trim())
    },
  })
  const taken = add.error instanceof ApiError && add.error.problem.code === 'ask.word_taken'
  const values = vocabulary.dimensions.find((one) => one.id === target)?.values ?? []
  const ready = word.trim() !== '' && target !== '' && (kind !== 'value' || code !== '')
  const choose = (next: string) => {
    setTarget(next)
    setCode('')
    setAnyway(false) // the second look was at another meaning
  }
  return (
    <form className="bm-inline" onSubmit={(event) => { event.preventDefault(); if (ready) add.mutate() }}>
      <label className="bm-labelled"><span>{w('synonym.word')}</span><Input value={word} maxLength={30} placeholder={question === '' ? undefined : w('synonym.from_question')} onChange={(event) => { setWord(event.target.value); setAnyway(false) }} /></label>
      <Choice label={w('synonym.kind')} value={kind} options={kinds.map((one) => ({ value: one, label: w(`synonym.kind_${one}`) }))} onChange={(next) => { setKind((next ?? 'metric') as Kind); choose('') }} />
      {kind === 'org' ? (
        <label className="bm-labelled" htmlFor="synonym-org"><span>{w('synonym.kind_org')}</span><OrgInput id="synonym-org" value={target} disabled={false} onChange={choose} /></label>
      ) : (
        <Choice label={w('synonym.means')} value={target} empty={w('chip.choose')} options={targetsOf(kind, vocabulary)} onChange={(next) => choose(next ?? '')} />
      )}
      {kind === 'value' && <Choice label={w('synonym.kind_value')} value={code} empty={w('chip.choose')} options={values.map((one) => ({ value: one.code, label: one.title }))} onChange={(next) => { setCode(next ?? ''); setAnyway(false) }} />}
      {(taken || anyway) && <Checkbox checked={anyway} onChange={(event) => setAnyway(event.target.checked)}>{w('synonym.anyway')}</Checkbox>}
      <Button type="primary" htmlType="submit" disabled={!ready} loading={add.isPending}>{w('synonym.add')}</Button>
      {onCancel && <Button onClick={onCancel}>{w('chip.close')}</Button>}
      <ProblemNote error={add.error} />
    </form>
  )
}

export function SynonymForm(props: Props) {
  const w = useAskWords()
  const vocabulary = useVocabulary()
  return (
    <section className="bm-panel" aria-label={w('synonym.form')}>
      <h2>{props.question === '' ? w('synonym.form') : w('synonym.form_for', { question: props.question })}</h2>
      <QueryView query={vocabulary} rows={2}>{(words) => <Fields vocabulary={words} {...props} />}</QueryView>
    </section>
  )
}
