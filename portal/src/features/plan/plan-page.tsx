// The plans: every target with its yearly bullets and lamps, who is responsible, and evidence for what was reported.
import '@/shared/i18n/plan'
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Target } from '@/shared/api/types'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { Lamp } from '@/shared/ui/tag'
import { ReportDrawer } from './report-drawer'
import { TargetItem } from './target-item'
import { PlanReport } from './plan-report'
import { lampCounts, yearOf } from './targets'

const lamps = ['green', 'yellow', 'red', 'grey'] as const

function Sections({ targets, year, onReport }: { targets: Target[]; year?: number; onReport?: (target: Target) => void }) {
  const plans = [...new Set(targets.map((target) => target.plan))]
  return plans.map((plan) => (
    <section key={plan} aria-label={plan}>
      <h2>{plan}</h2>
      {[...new Set(targets.filter((target) => target.plan === plan).map((target) => target.section))].map((section) => (
        <section key={section} className="bm-panel">
          <h3>{section}</h3>
          <ul className="bm-targets">
            {targets.filter((target) => target.plan === plan && target.section === section).map((target) => <TargetItem key={target.id} target={target} year={year} onReport={onReport} />)}
          </ul>
        </section>
      ))}
    </section>
  ))
}

export default function PlanPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const [reporting, setReporting] = useState<Target | null>(null)
  const mayReport = useRight('plan.report')
  const plan = useQuery({ queryKey: ['plan'], queryFn: () => data(api.GET('/api/v1/plan')) })
  const unit = address.get('unit')
  const lamp = address.get('lamp')
  const name = address.get('plan')
  const one = address.get('target')
  const year = address.get('year') === null ? undefined : Number(address.get('year'))
  const inYear = (target: Target) => year === undefined || target.years.some((one) => one.year === year)
  const fits = (target: Target) =>
    (one === null || target.id === one) && inYear(target) && (unit === null || target.responsible === unit) && (name === null || target.plan === name) && (lamp === null || yearOf(target, year)?.lamp === lamp)
  const asReport = address.get('view') === 'report'
  return (
    <Page
      title={asReport ? t('plan.report_title') : t('menu.plan')} note={asReport ? undefined : t('plan.note')}
      actions={<span className="bm-no-print">{asReport ? <><Button onClick={() => change({ view: undefined })}>{t('plan.back')}</Button> <Button type="primary" onClick={() => window.print()}>{t('dashboard.print')}</Button></> : <Button onClick={() => change({ view: 'report' })}>{t('plan.printable')}</Button>}</span>}
    >
      <QueryView query={plan} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('plan.none')} hint={t('plan.none_hint')} />}>
        {({ items, units }) => {
          const shown = items.filter(fits)
          const counts = lampCounts(items.filter(inYear), year)
          const years = [...new Set(items.flatMap((item) => item.years.map((one) => one.year)))].sort()
          if (asReport) return <PlanReport targets={shown} year={year} />
          return (
            <>
              <ul className="bm-lamps">
                {lamps.map((one) => (
                  <li key={one}>
                    <button type="button" aria-pressed={lamp === one} onClick={() => change({ lamp: lamp === one ? undefined : one })}><strong>{counts[one]}</strong><Lamp lamp={one} /></button>
                  </li>
                ))}
              </ul>
              <div className="bm-query">
                {one !== null && <button type="button" className="bm-chip" onClick={() => change({ target: undefined })}>{t('plan.one_target')} <span aria-hidden="true">×</span></button>}
                <Select aria-label={t('plan.plan')} placeholder={t('plan.plan')} allowClear value={name ?? undefined} popupMatchSelectWidth={false} onChange={(value?: string) => change({ plan: value })} options={[...new Set(items.map((item) => item.plan))].map((value) => ({ value, label: value }))} />
                <Select aria-label={t('plan.unit')} placeholder={t('plan.unit')} allowClear value={unit ?? undefined} popupMatchSelectWidth={false} onChange={(value?: string) => change({ unit: value })} options={units.map((value) => ({ value, label: value }))} />
                <Select aria-label={t('plan.year')} placeholder={t('plan.year')} allowClear value={year} popupMatchSelectWidth={false} onChange={(value?: number) => change({ year: value === undefined ? undefined : String(value) })} options={years.map((value) => ({ value, label: String(value) }))} />
              </div>
              {shown.length === 0 ? <EmptyState title={t('plan.none_found')} /> : <Sections targets={shown} year={year} onReport={mayReport ? setReporting : undefined} />}
            </>
          )
        }}
      </QueryView>
      <ReportDrawer target={reporting} onClose={() => setReporting(null)} />
    </Page>
  )
}
