// Puts an answer on a dashboard of the city: a new one, or an own one whose filters are the same. The server checks the whole board before it is saved.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { AskAnswer, BoardSource } from '@/shared/api/types'
import { useAskWords } from '@/shared/i18n/ask'
import { Choice } from '@/shared/ui/choice'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import type { Kind } from './picture'
import { useVocabulary } from './queries'
import { fitsBoard, lossOf, newBoard, savedOf, type Saved } from './save'

type Props = { answer: AskAnswer; kind: Kind; title: string; onClose: () => void }
const freshId = () => `ask_${Date.now().toString(36)}`
const mostTitle = 60

async function put(saved: Saved, target: string, name: string): Promise<string> {
  if (target === '') {
    const id = freshId()
    await api.PUT('/api/v1/dashboards/{id}', { params: { path: { id } }, body: { version: 0, form: newBoard(saved, id, name) } })
    return id
  }
  const source: BoardSource = await data(api.GET('/api/v1/dashboards/{id}/source', { params: { path: { id: target } } }))
  if (source.form === undefined || !fitsBoard(saved, source.form)) return ''
  await api.PUT('/api/v1/dashboards/{id}', { params: { path: { id: target } }, body: { version: source.version, form: { ...source.form, cards: [...source.form.cards, saved.card] } } })
  return target
}

function Form({ saved, title }: { saved: Saved; title: string }) {
  const w = useAskWords()
  const cache = useQueryClient()
  const [target, setTarget] = useState('')
  const [name, setName] = useState(title)
  const boards = useQuery({ queryKey: ['dashboard-sources'], queryFn: () => data(api.GET('/api/v1/dashboard-sources')) })
  const save = useMutation({
    mutationFn: () => put({ ...saved, card: { ...saved.card, title: name } }, target, name),
    onSuccess: () => Promise.all([['dashboards'], ['dashboard'], ['dashboard-sources'], ['dashboard-source']].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  })
  if (save.data) return <p role="status">{w('board.done')} <Link to={`/dashboard?id=${encodeURIComponent(save.data)}`}>{w('board.open')}</Link></p>
  return (
    <form className="bm-stack" onSubmit={(event) => { event.preventDefault(); if (name.trim() !== '') save.mutate() }}>
      <Choice label={w('board.target')} value={target} empty={w('board.new')} options={(boards.data?.items ?? []).map((one) => ({ value: one.id, label: one.title }))} onChange={(id) => setTarget(id ?? '')} />
      <label className="bm-labelled"><span>{w('board.name')}</span><Input value={name} maxLength={mostTitle} onChange={(event) => setName(event.target.value)} /></label>
      {saved.filters.length > 0 && <p className="bm-page-note">{w('board.filters', { n: saved.filters.length })}</p>}
      {saved.period !== '' && <p className="bm-page-note">{w('board.all_periods')}</p>}
      {save.data === '' && <div role="alert" className="bm-problem">{w('board.other_filters')}</div>}
      <ProblemNote error={save.error} />
      <p><Button type="primary" htmlType="submit" loading={save.isPending} disabled={name.trim() === ''}>{w('board.save')}</Button></p>
    </form>
  )
}

export function SaveBoard({ answer, kind, title, onClose }: Props) {
  const w = useAskWords()
  const vocabulary = useVocabulary()
  const { query } = answer
  const loss = query === undefined ? 'intent' : lossOf(query, kind)
  return (
    <Sheet title={w('board.title')} onClose={onClose}>
      {loss !== undefined && <p role="status">{w(`loss.${loss}`)} {w('loss.instead')}</p>}
      {loss === undefined && query !== undefined && <QueryView query={vocabulary}>{(words) => <Form saved={savedOf(answer, query, words, kind, title)} title={title.slice(0, mostTitle)} />}</QueryView>}
    </Sheet>
  )
}
