// The frame of a card: name, way down and back, table view, files, how computed, and below the picture unit, n, period, source and date.
import { startTransition, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { partError } from '@/shared/api/client'
import type { Card, QueryResult } from '@/shared/api/types'
import { saveBytes, saveText } from '@/shared/download'
import { toCsv } from '@/shared/format/csv'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { CardFoot, factsOf } from './card-foot'
import { CardTable } from './card-table'
import { compared, sharedScale, type Sides } from './compare'
import { Picture } from './picture'
import { tableOf, type DrillStep, type Metrics } from './result'

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export type Other = { result: QueryResult; sides: Sides }
type Props = {
  card: Card
  result: QueryResult
  other?: Other
  metrics: Metrics
  period: string
  sourceOf: (dataset: string) => string
  path: DrillStep[]
  onBack: (depth: number) => void
  onDrill?: (row: number) => void
  onExplain: (row?: number, column?: number) => void
}

function Path({ title, path, onBack }: { title: string; path: DrillStep[]; onBack: Props['onBack'] }) {
  const { t } = useTranslation()
  if (path.length === 0) return null
  return (
    <nav aria-label={t('card.path', { title })}>
      <ol className="bm-crumbs">
        <li><button type="button" className="bm-link" onClick={() => onBack(0)}>{t('card.top')}</button></li>
        {path.map((step, index) => (
          <li key={step.id} aria-current={index === path.length - 1 ? 'true' : undefined}>
            {index === path.length - 1 ? step.title : <button type="button" className="bm-link" onClick={() => onBack(index + 1)}>{step.title}</button>}
          </li>
        ))}
      </ol>
    </nav>
  )
}

export function CardFrame({ card, result, other, metrics, period, sourceOf, path, onBack, onDrill, onExplain }: Props) {
  const { t } = useTranslation()
  const [asTable, setAsTable] = useState(false)
  const words = { none: t('value.none'), hidden: t('value.suppressed') }
  const both = useMemo(() => (other === undefined ? null : compared(card, result, other.result, other.sides)), [card, result, other])
  const shown = both ?? result
  const scale = useMemo(() => (other !== undefined && both === null ? sharedScale(result, other.result) : undefined), [other, both, result])
  const facts = { result, metrics, period, sourceOf }
  const saveCsv = () => {
    const { head, rows } = tableOf(shown, metrics, words)
    saveText(toCsv(head, rows), `${card.id}.csv`)
  }
  const saveXlsx = async () => {
    const { toXlsx } = await import('@/shared/format/xlsx')
    const { head, rows } = tableOf(shown, metrics, words)
    const notes = [card.title, ...path.map((step) => step.title), ...factsOf(facts, t)].map((line) => [line])
    saveBytes(toXlsx([{ name: t('card.sheet'), rows: [head, ...rows] }, { name: t('card.notes'), rows: notes }]), `${card.id}.xlsx`, xlsxType)
  }
  const picture = { card, result: shown, metrics, words, onDrill: both === null ? onDrill : undefined, scale, onCell: onExplain }
  const Drawn = asTable ? CardTable : Picture
  return (
    <article className={`bm-card bm-card-${card.kind}`} aria-label={card.title} data-card={card.id}>
      <header className="bm-card-head">
        <h2>{card.title}</h2>
        <div className="bm-card-tools">
          {card.kind !== 'table' && <button type="button" className="bm-plain-button" aria-pressed={asTable} onClick={() => startTransition(() => setAsTable(!asTable))}>{t('card.as_table')}</button>}
          <button type="button" className="bm-plain-button" onClick={saveCsv}>{t('card.csv')}</button>
          <button type="button" className="bm-plain-button" onClick={() => void saveXlsx()}>{t('card.xlsx')}</button>
          <button type="button" className="bm-plain-button" onClick={() => onExplain()}>{t('card.how')}</button>
        </div>
      </header>
      <Path title={card.title} path={path} onBack={onBack} />
      {card.error && <ErrorState error={partError(card.error)} />}
      {!card.error && shown.rows.length === 0 && <EmptyState title={t('card.empty')} hint={t('card.empty_hint')} />}
      {!card.error && shown.rows.length > 0 && (other === undefined || both !== null) && <Drawn {...picture} />}
      {!card.error && other !== undefined && both === null && (
        <div className="bm-sides">
          <section aria-label={other.sides.here}><h3>{other.sides.here}</h3><Drawn {...picture} /></section>
          <section aria-label={other.sides.there}><h3>{other.sides.there}</h3><Drawn {...picture} result={other.result} onDrill={undefined} onCell={undefined} /></section>
        </div>
      )}
      <CardFoot {...facts} />
    </article>
  )
}
