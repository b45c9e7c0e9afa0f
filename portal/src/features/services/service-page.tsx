// The guide of one service: who, what to fill in, which steps and how long; and the way to begin, or to go on with what was begun.
import './services.css'
import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { FieldLine } from '@/pack-ui/form/field-line'
import { readInput } from '@/pack-ui/form/values'
import { api, ApiError, data, idempotencyKey } from '@/shared/api/client'
import type { DatasetDetail, Field, Flow, Value } from '@/shared/api/types'
import { useDataset } from '@/shared/datasets'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { isDraft, useFirstCases, useFlows, useTakeIn } from './queries'
import { spanText, useDesk } from './words'

/** For whom it is begun, where the roles of a person leave that open: asked when the server could not tell. */
function useStart(flow: Flow, fields: Field[]) {
  const navigate = useNavigate()
  const takeIn = useTakeIn()
  const [texts, setTexts] = useState<Record<string, string>>({})
  const start = useMutation({
    mutationFn: () => {
      const values: Record<string, Value> = Object.fromEntries(fields.flatMap((field) => { const value = readInput(field, texts[field.id] ?? ''); return value === null || value === undefined ? [] : [[field.id, value]] }))
      return data(api.POST('/api/v1/flows/{flow}/cases', { params: { path: { flow: flow.id }, header: { 'Idempotency-Key': idempotencyKey() } }, body: { values } }))
    },
    onSuccess: (one) => {
      takeIn(one)
      return navigate(`/case?id=${one.id}`, { state: { fresh: true } })
    },
  })
  const isOpen = start.error instanceof ApiError && start.error.problem.code === 'flows.not_for_you'
  return { start, texts, change: (id: string, text: string) => setTexts((old) => ({ ...old, [id]: text })), asks: isOpen && fields.length > 0 }
}

function Begin({ flow, dataset }: { flow: Flow; dataset: DatasetDetail }) {
  const w = useServiceWords()
  const desk = useDesk()
  const fields = flow.opened_for.flatMap((id) => dataset.fields.find((field) => field.id === id) ?? [])
  const { start, texts, change, asks } = useStart(flow, fields)
  const drafts = (useFirstCases('opened', flow.id).data?.items ?? []).filter((head) => isDraft(flow, head))
  if (!flow.can_start) return <p className="bm-note-warn" role="note">{w('guide.not_you', { who: desk(flow, flow.states[0]?.id ?? '') })}</p>
  return (
    <div className="bm-begin">
      {drafts.length > 0 && <ul className="bm-inline">{drafts.slice(0, 3).map((head) => <li key={head.id}><Link className="bm-button bm-button-primary" to={`/case?id=${head.id}`}>{w('guide.go_on', { key: head.key })}</Link></li>)}</ul>}
      {asks ? <div className="bm-form"><p>{w('guide.for_whom')}</p>{fields.map((field) => <FieldLine key={field.id} field={field} text={texts[field.id] ?? ''} disabled={start.isPending} onChange={(text) => change(field.id, text)} />)}</div> : null}
      {start.error && !(asks && Object.keys(texts).length === 0) ? <ProblemNote error={start.error} /> : null}
      <Button type={drafts.length > 0 ? 'default' : 'primary'} size="large" loading={start.isPending} onClick={() => start.mutate()}>{w(drafts.length > 0 ? 'guide.start_another' : 'guide.start')}</Button>
    </div>
  )
}

function Steps({ flow }: { flow: Flow }) {
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  return (
    <ol className="bm-guide-steps">
      {flow.states.filter((state) => !state.final && state.by.length > 0).map((state) => (
        <li key={state.id}>
          <strong>{two(state.title)}</strong>
          {!state.rests && <span>{w('guide.by', { who: desk(flow, state.id) })}</span>}
          {state.within && <span>{w(state.rests ? 'guide.holds' : 'guide.within', { span: spanText(state.within, w) })}</span>}
        </li>
      ))}
    </ol>
  )
}

function Guide({ flow, dataset }: { flow: Flow; dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  const ends = flow.states.filter((state) => state.final)
  const asked = flow.form.flatMap((input) => { const field = dataset.fields.find((one) => one.id === input.field); return field ? [{ field, required: input.required && input.asked }] : [] })
  return (
    <Page title={two(flow.title)} crumbs={[{ title: t('menu.services'), to: '/services' }]}>
      <section className="bm-panel">
        <p className="bm-guide-say">{two(flow.guide)}</p>
        <Begin flow={flow} dataset={dataset} />
      </section>
      <div className="bm-guide">
        <section className="bm-panel"><h2>{w('guide.who')}</h2><p>{desk(flow, flow.states[0]?.id ?? '')}</p>
          <h2>{w('guide.fill')}</h2>
          <p className="bm-foot">{w('guide.fill_note')}</p>
          <ul className="bm-guide-fields">{asked.map(({ field, required }) => <li key={field.id}>{field.title}{!required && <small> {w('guide.optional')}</small>}</li>)}</ul>
          {dataset.law && <><h2>{w('guide.law')}</h2><p>{dataset.law.purpose}</p><p className="bm-foot">{dataset.law.basis}</p></>}
        </section>
        <section className="bm-panel"><h2>{w('guide.steps')}</h2><Steps flow={flow} />
          <h2>{w('guide.ends')}</h2><p>{ends.map((state) => two(state.title)).join(t('list.comma'))}</p>
        </section>
      </div>
    </Page>
  )
}

export default function ServicePage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const [address] = useAddress()
  const flows = useFlows()
  const flow = flows.data?.items.find((one) => one.id === address.get('id'))
  const dataset = useDataset(flow?.dataset ?? '')
  if (flows.data !== undefined && flow === undefined) return <EmptyState title={w('guide.gone')} action={<Link className="bm-button" to="/services">{t('menu.services')}</Link>} />
  return <QueryView query={flows}>{() => <QueryView query={dataset}>{(detail) => flow && <Guide key={flow.id} flow={flow} dataset={detail} />}</QueryView>}</QueryView>
}
