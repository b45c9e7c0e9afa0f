// People whom tools named and the directory does not know: mapped to somebody, put aside, or taken back.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { LearningActor } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { MapDrawer } from './map-drawer'

const states = ['unknown', 'mapped', 'ignored', 'account', 'mail'] as const

function useDecision() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ no, what }: { no: string; what: 'ignore' | 'undo' }) =>
      what === 'ignore'
        ? api.PUT('/api/v1/learning/actors/{no}/ignored', { params: { path: { no } } })
        : api.DELETE('/api/v1/learning/actors/{no}/decision', { params: { path: { no } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['learning-actors'] }),
  })
}

export default function ActorsPage() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const [address, change] = useAddress()
  const [mapping, setMapping] = useState<LearningActor | null>(null)
  const decide = useDecision()
  const state = states.find((one) => one === address.get('state')) ?? 'unknown'
  const acts = (actor: LearningActor) => (
    <span className="bm-links">
      {actor.state === 'unknown' && <Button size="small" type="primary" onClick={() => setMapping(actor)}>{w('actors.map')}</Button>}
      {actor.state === 'unknown' && <Button size="small" onClick={() => decide.mutate({ no: actor.no, what: 'ignore' })}>{w('actors.ignore')}</Button>}
      {(actor.state === 'mapped' || actor.state === 'ignored') && <Button size="small" onClick={() => decide.mutate({ no: actor.no, what: 'undo' })}>{w('actors.undo')}</Button>}
    </span>
  )
  const person = (actor: LearningActor) => (
    <>
      {actor.person && <Link to={`/timeline?person=${actor.person.id}`}>{actor.person.name}</Link>}
      {actor.by !== undefined && actor.decided_at !== undefined && <><br /><small>{w('actors.decided', { by: actor.by, at: formatTime(actor.decided_at) })}</small></>}
    </>
  )
  const columns: PlainColumn<LearningActor>[] = [
    { key: 'identifier', title: w('actors.identifier'), wide: true, render: (actor) => <code>{actor.identifier}</code> },
    { key: 'name', title: w('actors.name'), render: (actor) => actor.name },
    { key: 'org', title: w('actors.org'), render: (actor) => actor.org?.title ?? '' },
    { key: 'n', title: w('actors.n'), align: 'right', render: (actor) => formatNumber(actor.n_statements) },
    { key: 'seen', title: w('actors.seen'), render: (actor) => formatTime(actor.last_seen) },
    ...(state === 'unknown' ? [] : [{ key: 'person', title: w('actors.person'), render: person }]),
    { key: 'act', title: t('accounts.action'), render: acts },
  ]
  return (
    <Page title={w('actors.title')} note={w('actors.note')} actions={<Link to="/retention">{w('keep.link')}</Link>}>
      <div className="bm-query"><Choice label={w('actors.state')} value={state} options={states.map((value) => ({ value, label: w(`actors.${value}`) }))} onChange={(value) => change({ state: value })} /></div>
      <ProblemNote error={decide.error} />
      <Paged
        queryKey={['learning-actors', state]}
        fetchPage={(after) => data(api.GET('/api/v1/learning/actors', { params: { query: { state, after } } }))}
        empty={state === 'unknown' ? <EmptyState title={w('actors.none')} hint={w('actors.none_hint')} /> : <EmptyState title={w('actors.none_other')} />}
      >
        {(actors) => <PlainTable label={w('actors.title')} columns={columns} rows={actors} rowKey={(actor) => actor.no} />}
      </Paged>
      {mapping && <MapDrawer actor={mapping} onClose={() => setMapping(null)} />}
    </Page>
  )
}
