// For officers of the city: questions that found no answer, without who asked, and the city's own words. A word is tried at once with the question that
// lacked it.
import './ask.css'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { FailedQuestion, Synonym } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAskWords } from '@/shared/i18n/ask'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { SynonymForm } from './synonym-form'
import { Try } from './try'

const failedKey = ['ask-failed']
const wordsKey = ['ask-synonyms']

function Failed({ onTeach }: { onTeach: (one: FailedQuestion) => void }) {
  const w = useAskWords()
  const cache = useQueryClient()
  const dismiss = useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/ask/failed/{id}', { params: { path: { id } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: failedKey }),
  })
  const columns: PlainColumn<FailedQuestion>[] = [
    { key: 'question', title: w('failed.question'), wide: true, render: (one) => <>{one.question}{one.word !== '' && <><br /><small>{w('failed.word', { word: one.word })}</small></>}</> },
    { key: 'code', title: w('failed.code'), render: (one) => (one.code === '' ? <Tag tone="amber">{w('failed.bad')}</Tag> : <code>{one.code}</code>) },
    { key: 'refused', title: w('failed.n_refused'), align: 'right', render: (one) => one.n_refused },
    { key: 'down', title: w('failed.n_down'), align: 'right', render: (one) => one.n_down },
    { key: 'day', title: w('failed.last_day'), render: (one) => one.last_day },
    {
      key: 'act', title: w('failed.act'), render: (one) => (
        <span className="bm-links">
          <Button size="small" type="primary" aria-label={w('failed.teach_for', { question: one.question })} onClick={() => onTeach(one)}>{w('failed.teach')}</Button>
          <Button size="small" loading={dismiss.isPending && dismiss.variables === one.id} aria-label={w('failed.dismiss_one', { question: one.question })} onClick={() => dismiss.mutate(one.id)}>{w('failed.dismiss')}</Button>
        </span>
      ),
    },
  ]
  return (
    <section className="bm-panel" aria-label={w('failed.title')}>
      <h2>{w('failed.title')}</h2>
      <p className="bm-page-note">{w('failed.note')}</p>
      <ProblemNote error={dismiss.error} />
      <Paged queryKey={failedKey} fetchPage={(after) => data(api.GET('/api/v1/ask/failed', { params: { query: { after } } }))} empty={<EmptyState title={w('failed.none')} />}>
        {(items) => <PlainTable label={w('failed.title')} columns={columns} rows={items} rowKey={(one) => one.id} />}
      </Paged>
    </section>
  )
}

function Taught() {
  const w = useAskWords()
  const { t } = useTranslation()
  const cache = useQueryClient()
  const remove = useMutation({ mutationFn: (id: string) => api.DELETE('/api/v1/ask/synonyms/{id}', { params: { path: { id } } }), onSuccess: () => cache.invalidateQueries({ queryKey: wordsKey }) })
  const columns: PlainColumn<Synonym>[] = [
    { key: 'word', title: w('synonym.word'), render: (one) => <strong>{one.word}</strong> },
    { key: 'title', title: w('synonym.means'), wide: true, render: (one) => <>{one.title} <Tag tone="grey">{w(`synonym.kind_${one.kind}`)}</Tag></> },
    { key: 'at', title: w('synonym.at'), render: (one) => `${formatTime(one.at)} · ${one.by}` },
    {
      key: 'act', title: w('failed.act'), render: (one) => (
        <Popconfirm title={w('synonym.remove_sure', { word: one.word })} okText={w('synonym.remove')} cancelText={t('action.cancel')} onConfirm={() => remove.mutate(one.id)}>
          <Button size="small" danger aria-label={w('synonym.remove_one', { word: one.word })}>{w('synonym.remove')}</Button>
        </Popconfirm>
      ),
    },
  ]
  return (
    <section className="bm-panel" aria-label={w('synonym.title')}>
      <h2>{w('synonym.title')}</h2>
      <ProblemNote error={remove.error} />
      <Paged queryKey={wordsKey} fetchPage={(after) => data(api.GET('/api/v1/ask/synonyms', { params: { query: { after } } }))} empty={<EmptyState title={w('synonym.none')} hint={w('synonym.none_hint')} />}>
        {(items) => <PlainTable label={w('synonym.title')} columns={columns} rows={items} rowKey={(one) => one.id} />}
      </Paged>
    </section>
  )
}

export default function WordsPage() {
  const w = useAskWords()
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [lacking, setLacking] = useState<FailedQuestion | null>(null)
  const [taught, setTaught] = useState<{ word: string; question: string; id: string } | null>(null)
  const done = (word: string) => {
    setTaught({ word, question: lacking?.question ?? '', id: lacking?.id ?? '' })
    setLacking(null)
    void cache.invalidateQueries({ queryKey: wordsKey })
  }
  return (
    <Page title={w('words.title')} crumbs={[{ title: t('menu.ask'), to: '/ask' }]} note={w('words.note')} actions={<Link className="bm-button" to="/ask">{t('menu.ask')}</Link>}>
      <SynonymForm key={lacking?.id ?? 'free'} question={lacking?.question ?? ''} onDone={done} onCancel={lacking === null ? undefined : () => setLacking(null)} />
      {taught !== null && <Try {...taught} onGone={() => void cache.invalidateQueries({ queryKey: failedKey })} />}
      <Failed onTeach={(one) => { setTaught(null); setLacking(one); window.scrollTo({ top: 0 }) }} />
      <Taught />
    </Page>
  )
}
