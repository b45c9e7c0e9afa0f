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
import { NextStep } from './case-card'
import { CaseFacts } from './case-facts'
import { CaseForm } from './case-form'
import { CaseMoves, MoveDone } from './case-moves'
import { CasePanel } from './case-panel'
import { CaseLetters, CasePapers } from './case-papers'
import { CaseRating } from './case-rating'
import { CaseSteps } from './case-steps'
import { formFields } from './field-of'
import { isYours, useCase, useFlows } from './queries'
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
  const fields = formFields(dataset, one.form)
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
  const fromWork = (useLocation().state as { from?: string } | null)?.from === 'work'
  const fills = one.can_save && one.form.length > 0
  return (
    <Page
      title={`${two(one.flow_title)} ${one.key}`}
      crumbs={[fromWork ? { title: t('menu.work'), to: '/work' } : { title: w('cases.title'), to: '/cases' }]}
      note={<span className="bm-tags"><StateTag head={one} /><CaseLamp head={one} /><span><NextStep head={one} flow={flow} isMine={isYours(flow, one)} /></span></span>}
      actions={flow && <Link className="bm-button" to={`/service?id=${encodeURIComponent(flow.id)}`}>{w('case.guide')}</Link>}
    >
      {one.appeal_until !== undefined && <p className="bm-note-warn" role="note">{w('case.appeal', { at: dueText(one.appeal_until) })}</p>}
      {moved && <MoveDone moved={moved} flow={flow} />}
      <div className="bm-case">
        <div className="bm-case-act">{fills ? <Filling key={`${one.id} ${one.state}`} {...props} /> : <>{one.closed_at !== undefined && <CaseRating id={one.id} />}<CaseLetters id={one.id} seq={one.seq} /><CaseMoves {...props} draft={null} />{flow && !flow.can_start && flow.states.some((state) => state.has_panel) && <CasePanel id={one.id} />}<CasePapers id={one.id} seq={one.seq} /></>}</div>
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
