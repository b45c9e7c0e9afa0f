// One target of a plan with a bullet for each year.
import '@/shared/i18n/plan'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Target, TargetYear } from '@/shared/api/types'
import { formatNumber, withUnit } from '@/shared/format/numbers'
import { formatDate } from '@/shared/format/times'
import { Lamp, Tag } from '@/shared/ui/tag'
import { Papers } from './papers'
import { bullet } from './targets'

const signs = { '>=': '≥', '<=': '≤', '=': '=' } as const

function Year({ target, year }: { target: Target; year: TargetYear }) {
  const { t } = useTranslation()
  const place = bullet(target, year)
  const goal = `${signs[target.op]} ${withUnit(formatNumber(year.target), target.unit)}`
  const actual = year.actual === undefined ? t('plan.no_value') : withUnit(formatNumber(year.actual), target.unit)
  return (
    <li className="bm-target-year">
      <span className="bm-target-when">{year.year}</span>
      <span className="bm-bullet" role="img" aria-label={t('plan.bullet', { year: year.year, actual, goal })}>
        <i className={`bm-bullet-bar bm-bullet-${year.lamp}`} style={{ width: `${place.actual}%` }} />
        <i className="bm-bullet-goal" style={{ left: `${place.target}%` }} />
      </span>
      <span className="bm-target-value"><strong>{actual}</strong> <small>{t('plan.goal', { goal })}</small></span>
      <Lamp lamp={year.lamp} />
      {year.evidence && <small className="bm-evidence">{t('plan.evidence', { evidence: year.evidence })}{year.at && ` · ${formatDate(year.at)}`}</small>}
    </li>
  )
}

export function TargetItem({ target, year, onReport }: { target: Target; year?: number; onReport?: (target: Target) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <li className="bm-target">
      <div className="bm-target-head">
        <h4>{target.item}</h4>
        <Tag tone={target.source === 'computed' ? 'blue' : 'grey'}>{t(`plan.source_${target.source}`)}</Tag>
        {onReport && target.source === 'reported' && <Button size="small" onClick={() => onReport(target)} aria-label={t('plan.report_for', { item: target.item })}>{t('plan.report')}</Button>}
      </div>
      <p className="bm-target-note">{target.measure} · {t('plan.responsible', { unit: target.responsible })}{target.metric && <> · <code>{target.metric}</code></>}</p>
      <ul>{target.years.filter((one) => year === undefined || one.year === year).map((one) => <Year key={one.year} target={target} year={one} />)}</ul>
      <details className="bm-details bm-no-print" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('plan.papers', { files: target.n_files ?? 0, notes: target.n_notes ?? 0 })} {target.awaits_reply && <Tag tone="amber">{t('plan.awaits_reply')}</Tag>}</summary>
        {open && <Papers target={target} />}
      </details>
    </li>
  )
}
