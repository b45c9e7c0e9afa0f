// What stands below every picture: unit, how many rows, period, source, data date, how much is withheld.
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { QueryResult } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { currentLanguage } from '@/shared/i18n'
import { columnsOf, hiddenCount, metricOf, type Metrics } from './result'

export type FootFacts = { result: QueryResult; metrics: Metrics; period: string; sourceOf: (dataset: string) => string }

/** Datasets by their titles; who sees no catalogue is told the title by the metric. */
function sourceText({ result, metrics, sourceOf }: FootFacts, comma: string): string {
  const titles = columnsOf(result, 'metric').flatMap((column) => {
    const head = result.columns[column]
    const metric = head && metricOf(head, metrics)
    if (metric?.dataset === undefined) return []
    const title = currentLanguage() === 'en' ? metric.dataset_title_en : metric.dataset_title
    return [title ?? sourceOf(metric.dataset)]
  })
  return [...new Set(titles)].join(comma)
}

/** The facts as sentences, for the foot and for files. */
export function factsOf(facts: FootFacts, t: TFunction): string[] {
  const { result, period } = facts
  const units = [...new Set(columnsOf(result, 'metric').map((column) => result.columns[column]?.unit).filter((unit) => unit !== undefined && unit !== ''))].join(t('list.comma'))
  const source = sourceText(facts, t('list.comma'))
  return [
    units && t('card.unit', { unit: units }),
    result.n !== undefined && result.n > 0 && t('card.n', { n: formatNumber(result.n) }),
    period && t('card.period', { period }),
    source && t('card.source', { source }),
    t('card.as_of', { at: formatTime(result.as_of) }),
    hiddenCount(result) > 0 && t('card.hidden', { n: hiddenCount(result) }),
  ].filter((fact): fact is string => typeof fact === 'string' && fact !== '')
}

export function CardFoot(facts: FootFacts) {
  const { t } = useTranslation()
  return <footer className="bm-card-foot">{factsOf(facts, t).map((fact) => <span key={fact}>{fact}</span>)}</footer>
}
