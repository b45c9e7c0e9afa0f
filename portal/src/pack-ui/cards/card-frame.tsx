// The frame of a card: name, way down and back, table view, CSV, how computed, and below the picture unit, source and date.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { partError } from '@/shared/api/client'
import type { Card, QueryResult } from '@/shared/api/types'
import { saveText } from '@/shared/download'
import { toCsv } from '@/shared/format/csv'
import { formatTime } from '@/shared/format/times'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { CardTable } from './card-table'
import { Picture } from './picture'
import { columnsOf, hiddenCount, metricOf, tableOf, type DrillStep, type Metrics } from './result'

type Props = {
  card: Card
  result: QueryResult
  metrics: Metrics
  period: string
  sourceOf: (dataset: string) => string
  path: DrillStep[]
  onBack: (depth: number) => void
  onDrill?: (row: number) => void
  onExplain: (row?: number, column?: number) => void
}

function sourceText(result: QueryResult, metrics: Metrics, sourceOf: Props['sourceOf'], comma: string): string {
  const ids = columnsOf(result, 'metric').map((column) => { const head = result.columns[column]; return head && metricOf(head, metrics)?.dataset })
  return [...new Set(ids.filter((id): id is string => id !== undefined))].map(sourceOf).join(comma)
}

export function CardFrame({ card, result, metrics, period, sourceOf, path, onBack, onDrill, onExplain }: Props) {
  const { t } = useTranslation()
  const [asTable, setAsTable] = useState(false)
  const words = { none: t('value.none'), hidden: t('value.suppressed') }
  const save = () => {
    const { head, rows } = tableOf(result, metrics, words)
    saveText(toCsv(head, rows), `${card.id}.csv`)
  }
  const units = [...new Set(columnsOf(result, 'metric').map((column) => result.columns[column]?.unit).filter((unit) => unit !== undefined && unit !== ''))].join(t('list.comma'))
  const source = sourceText(result, metrics, sourceOf, t('list.comma'))
  const picture = { card, result, metrics, words, onDrill, onCell: onExplain }
  return (
    <article className={`bm-card bm-card-${card.kind}`} aria-label={card.title} data-card={card.id}>
      <header className="bm-card-head">
        <h2>{card.title}</h2>
        <div className="bm-card-tools">
          {card.kind !== 'table' && <button type="button" className="bm-plain-button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t('card.as_table')}</button>}
          <button type="button" className="bm-plain-button" onClick={save}>{t('card.csv')}</button>
          <button type="button" className="bm-plain-button" onClick={() => onExplain()}>{t('card.how')}</button>
        </div>
      </header>
      {path.length > 0 && (
        <nav aria-label={t('card.path', { title: card.title })}>
          <ol className="bm-crumbs">
            <li><button type="button" className="bm-link" onClick={() => onBack(0)}>{t('card.top')}</button></li>
            {path.map((step, index) => (
              <li key={step.id} aria-current={index === path.length - 1 ? 'true' : undefined}>
                {index === path.length - 1 ? step.title : <button type="button" className="bm-link" onClick={() => onBack(index + 1)}>{step.title}</button>}
              </li>
            ))}
          </ol>
        </nav>
      )}
      {card.error && <ErrorState error={partError(card.error)} />}
      {!card.error && result.rows.length === 0 && <EmptyState title={t('card.empty')} hint={t('card.empty_hint')} />}
      {!card.error && result.rows.length > 0 && (asTable ? <CardTable {...picture} /> : <Picture {...picture} />)}
      <footer className="bm-card-foot">
        {units && <span>{t('card.unit', { unit: units })}</span>}
        {period && <span>{t('card.period', { period })}</span>}
        {source && <span>{t('card.source', { source })}</span>}
        <span>{t('card.as_of', { at: formatTime(result.as_of) })}</span>
        {hiddenCount(result) > 0 && <span>{t('card.hidden', { n: hiddenCount(result) })}</span>}
      </footer>
    </article>
  )
}
