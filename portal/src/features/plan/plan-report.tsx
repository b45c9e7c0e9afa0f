// The plan as a report on paper: how many stand where, then every target with its figures, evidence and what supervision said.
import '@/shared/i18n/plan'
import { useTranslation } from 'react-i18next'
import type { Target } from '@/shared/api/types'
import { formatNumber, withUnit } from '@/shared/format/numbers'
import { formatDate } from '@/shared/format/times'
import { EmptyState } from '@/shared/ui/states'
import { Lamp } from '@/shared/ui/tag'
import { lampCounts } from './targets'

const lamps = ['green', 'yellow', 'red', 'grey'] as const

function Rows({ target, year }: { target: Target; year?: number }) {
  const { t } = useTranslation()
  const years = target.years.filter((one) => year === undefined || one.year === year)
  return years.map((one, index) => (
    <tr key={one.year}>
      {index === 0 && <th scope="rowgroup" rowSpan={years.length}>{target.item}<small>{target.measure}</small></th>}
      {index === 0 && <td rowSpan={years.length}>{target.responsible}</td>}
      <td>{one.year}</td>
      <td className="bm-num">{withUnit(formatNumber(one.target), target.unit)}</td>
      <td className="bm-num">{one.actual === undefined ? t('plan.no_value') : withUnit(formatNumber(one.actual), target.unit)}</td>
      <td><Lamp lamp={one.lamp} /></td>
      <td>{one.source === 'computed' ? t('plan.source_computed') : (one.evidence ?? '')}{one.at ? ` (${formatDate(one.at)})` : ''}</td>
    </tr>
  ))
}

export function PlanReport({ targets, year }: { targets: Target[]; year?: number }) {
  const { t } = useTranslation()
  const counts = lampCounts(targets, year)
  const plans = [...new Set(targets.map((target) => target.plan))]
  if (targets.length === 0) return <EmptyState title={t('plan.none_found')} />
  return (
    <article className="bm-report">
      <p>{t('plan.report_date', { at: formatDate(new Date().toISOString()) })} {lamps.map((lamp) => <span key={lamp}><Lamp lamp={lamp} /> {counts[lamp]} </span>)}</p>
      {plans.map((plan) => (
        <section key={plan}>
          <h2>{plan}</h2>
          <div className="bm-table-frame" tabIndex={0} role="region" aria-label={plan}>
            <table className="bm-table bm-report-table">
              <thead><tr>{[t('plan.item'), t('plan.unit'), t('plan.year'), t('plan.goal_head'), t('plan.value'), t('plan.lamp'), t('plan.evidence_label')].map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
              <tbody>{targets.filter((target) => target.plan === plan).map((target) => <Rows key={target.id} target={target} year={year} />)}</tbody>
            </table>
          </div>
        </section>
      ))}
    </article>
  )
}
