// One case: how far it is and at whose desk, what it holds, the form if it is the reader's to fill in, what may be done, what happened.
import '@/pack-ui/pack-ui.css'
import './services.css'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Case, DatasetDetail, Flow } from '@/shared/api/types'
import { useDataset } from '@/shared/datasets'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { NextStep } from './case-card'
import { CaseFacts } from './case-facts'
import { CaseForm } from './case-form'
import { CaseMoves, MoveDone } from './case-moves'
import { CasePanel } from './case-panel'
import { CaseLetters, CasePapers } from './case-papers'
import { CaseRating } from './case-rating'
import { CaseSharesPanel } from './case-shares'
import { CaseSteps } from './case-steps'
import { everyField } from './field-of'
import { isYours, stateOf, useCase, useFlows, useSteps } from './queries'
import { useCaseDraft } from './use-case-draft'
import { CaseLamp, dueText, StateTag } from './words'

type Props = { one: Case; flow: Flow | undefined; dataset: DatasetDetail; onDone: (one: Case) => void }

/** What was typed into a form that is no longer the reader's: kept to be read and copied. */
function LeftBehind({ texts, dataset }: { texts: Record<string, string>; dataset: DatasetDetail }) {
  const w = useServiceWords()
  return (
    <section className="bm-panel" role="alert">
      <p className="bm-note-warn">{w('form.gone')}</p>
      <dl className="bm-facts bm-facts-wide">{Object.entries(texts).filter(([, text]) => text !== '').map(([id, text]) => <div key={id}><dt>{dataset.fields.find((field) => field.id === id)?.title ?? id}</dt><dd>{text}</dd></div>)}</dl>
    </section>
  )
}

function Filling({ one, flow, dataset, onDone }: Props) {
  const w = useServiceWords()
  const fields = everyField(dataset, one.form)
  const { draft, view } = useCaseDraft(one, fields)
  if (view.state === 'gone') return <LeftBehind texts={view.texts} dataset={dataset} />
  return (
    <>
      <CaseFacts one={one} flow={flow} dataset={dataset} />
      <section className="bm-panel" aria-labelledby="form"><h2 id="form">{w('form.title')}</h2><CaseForm draft={draft} view={view} fields={fields} /></section>
      <CasePapers id={one.id} seq={one.seq} />
      <CaseMoves one={one} flow={flow} dataset={dataset} draft={draft} onDone={onDone} />
    </>
  )
}

function Body({ one, flow, dataset }: Omit<Props, 'onDone'>) {
  const [moved, setMoved] = useState<Case | null>(null)
  const props = { one, flow, dataset, onDone: setMoved }
  const w = useServiceWords()
  const two = useTwo()
  const { t } = useTranslation()
  const came = useLocation().state as { from?: string; absent?: string } | null // how the work-list led here
  const fills = one.can_save && one.form.length > 0
  const steps = useSteps(one.id, one.seq).data?.items ?? []
  const hasPanel = flow?.can_start === false && [one.state, ...steps.map((step) => step.to)].some((state) => stateOf(flow, state)?.has_panel)
  return (
    <Page
      title={`${two(one.flow_title)} ${one.key}`}
      crumbs={[came?.from === 'work' || flow?.can_start === false ? { title: t('menu.work'), to: '/work' } : { title: w('cases.title'), to: '/cases' }]}
      note={<span className="bm-tags"><StateTag head={one} /><CaseLamp head={one} /><span><NextStep head={one} flow={flow} isMine={isYours(flow, one)} /></span>{came?.absent && <Tag tone="amber">{w('work.on_behalf', { who: came.absent })}</Tag>}</span>}
      actions={flow && <Link className="bm-button" to={`/service?id=${encodeURIComponent(flow.id)}`}>{w('case.guide')}</Link>}
    >
      {one.appeal_until !== undefined && <p className="bm-note-warn" role="note">{w('case.appeal', { at: dueText(one.appeal_until) })}</p>}
      {moved?.seq === one.seq && <MoveDone moved={moved} flow={flow} />}
      <div className="bm-case">
        <div className="bm-case-act">{fills ? <Filling key={`${one.id} ${one.state}`} {...props} /> : <><CaseLetters id={one.id} seq={one.seq} /><CaseSharesPanel id={one.id} seq={one.seq} /><CaseMoves {...props} draft={null} />{one.closed_at !== undefined && <CaseRating id={one.id} />}{hasPanel && <CasePanel id={one.id} seq={one.seq} />}<CasePapers id={one.id} seq={one.seq} /></>}</div>
        <CaseSteps one={one} flow={flow} />
        {!fills && <CaseFacts one={one} flow={flow} dataset={dataset} />}
      </div>
    </Page>
  )
}

export default function CasePage() {
  const w = useServiceWords()
  const [address] = useAddress()
  const id = address.get('id') ?? ''
  const one = useCase(id)
  const flows = useFlows()
  const dataset = useDataset(one.data?.dataset ?? '')
  if (id === '') return <EmptyState title={w('case.no_id')} action={<Link to="/cases">{w('cases.title')}</Link>} />
  return <QueryView query={one}>{(found) => <QueryView query={dataset}>{(detail) => <Body key={found.id} one={found} flow={flows.data?.items.find((flow) => flow.id === found.flow)} dataset={detail} />}</QueryView>}</QueryView>
}
