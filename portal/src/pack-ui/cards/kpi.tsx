// Figures of one row, each with its unit and, when asked, the change since the prior period or the figure of the other side.
import { useTranslation } from 'react-i18next'
import type { Metric } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { columnsOf, figureText, isHidden, metricOf, numberAt } from './result'
import type { PictureProps } from './types'

type ChangeProps = { now: number | null; before: number | null; unit?: string; better: Metric['better']; other: boolean }

function Change({ now, before, unit, better, other }: ChangeProps) {
  const { t } = useTranslation()
  if (now === null || before === null) return other ? null : <span className="bm-change">{t('card.no_prior')}</span>
  const change = now - before
  const word = change > 0 ? 'up' : change < 0 ? 'down' : 'same'
  const tone = word === 'same' || better === undefined ? 'same' : word === better ? 'good' : 'bad'
  const size = unit === '%' ? t('card.points', { n: formatNumber(Math.abs(change)) }) : formatNumber(Math.abs(change))
  return <span className={`bm-change bm-change-${tone}`}>{other ? t(`card.other_${word}`, { size }) : t(`card.change_${word}`, { size })}</span>
}

export function Kpi({ result, metrics, words, onCell }: PictureProps) {
  const figures = columnsOf(result, 'metric')
  return (
    <dl className="bm-kpi">
      {figures.map((column) => {
        const head = result.columns[column]
        if (head === undefined) return null
        const prior = result.columns.findIndex((one) => one.kind === 'compare' && one.id.startsWith(`${head.id}__`))
        const other = result.columns[prior]?.id.endsWith('__other') ?? false
        const value = (
          <>
            {figureText(result, 0, column, metrics, words)}
            {head.unit && !isHidden(result, 0, column) && <small>{head.unit}</small>}
          </>
        )
        return (
          <div key={head.id}>
            <dt>{head.title}</dt>
            <dd>
              {onCell ? <button type="button" className="bm-kpi-value" onClick={() => onCell(0, column)}>{value}</button> : <span className="bm-kpi-value">{value}</span>}
              {other && <span className="bm-kpi-other">{result.columns[prior]?.title.split(' · ').at(-1)} <strong>{figureText(result, 0, prior, metrics, words, true)}</strong></span>}
              {prior >= 0 && <Change now={numberAt(result, 0, column)} before={numberAt(result, 0, prior)} unit={head.unit} better={metricOf(head, metrics)?.better} other={other} />}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
