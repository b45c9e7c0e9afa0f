// What a case holds, as facts: what was applied with, and beside it what the city and the offices have put to it.
import { useTranslation } from 'react-i18next'
import { cellText } from '@/pack-ui/grid/cell'
import type { Case, DatasetDetail, Field, Flow, Row } from '@/shared/api/types'
import { useServiceWords } from '@/shared/i18n/services'
import { toldFields } from './field-of'

export function Facts({ title, fields, row }: { title?: string; fields: Field[]; row: Row }) {
  const { t } = useTranslation()
  if (fields.length === 0) return null
  return (
    <section>
      {title !== undefined && <h3>{title}</h3>}
      <dl className="bm-facts bm-facts-wide">
        {fields.map((field) => <div key={field.id}><dt>{field.title}</dt><dd>{cellText(field, row, t)}{field.unit && ` ${field.unit}`}</dd></div>)}
      </dl>
    </section>
  )
}

/** Of a case whose form is filled in here only what the form does not ask. */
export function CaseFacts({ one, flow, dataset }: { one: Case; flow: Flow | undefined; dataset: DatasetDetail }) {
  const w = useServiceWords()
  const asked = (flow?.form ?? []).map((input) => input.field)
  const inForm = one.can_save ? one.form.map((input) => input.field) : []
  const told = toldFields(dataset, one.row, inForm)
  const applied = told.filter((field) => asked.includes(field.id))
  const others = told.filter((field) => !asked.includes(field.id))
  if (told.length === 0) return null
  return (
    <div className="bm-panel bm-case-facts">
      <h2>{w(one.can_save ? 'case.known' : 'case.content')}</h2>
      {one.can_save && <p className="bm-foot">{w('case.known_note')}</p>}
      <div className="bm-sides">
        <Facts title={w('case.applied')} fields={applied} row={one.row} />
        <Facts title={w('case.beside')} fields={others} row={one.row} />
      </div>
    </div>
  )
}
