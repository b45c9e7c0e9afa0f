// Where an organisation stands on the targets of the plan: rates that are computed from data, for it alone, in the last period with data.
import { useQueries, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Org, QueryResult, Target } from '@/shared/api/types'
import { formatNumber, withUnit } from '@/shared/format/numbers'
import { thisYear } from '@/shared/format/times'
import { useMetrics } from '@/shared/metrics'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Suppressed } from '@/shared/ui/suppressed'
import { Tag } from '@/shared/ui/tag'

const most = 12
const levels = ['city', 'district', 'school']
type Line = { target: Target; year: number; goal: number; answer?: QueryResult; failed: boolean }

/** The goal of this year, or of the next year that has one. */
function goalOf(target: Target): { year: number; goal: number } | undefined {
  const now = thisYear()
  const coming = target.years.filter((each) => each.year >= now).sort((a, b) => a.year - b.year)[0] ?? target.years.at(-1)
  return coming && { year: coming.year, goal: coming.target }
}

function reached(op: Target['op'], value: number, goal: number): boolean {
  return op === '>=' ? value >= goal : op === '<=' ? value <= goal : value === goal
}

function Actual({ line }: { line: Line }) {
  const { t } = useTranslation()
  const value = line.answer?.rows[0]?.[0]
  if (line.answer !== undefined && line.answer.suppressed.length > 0) return <Suppressed />
  if (typeof value !== 'number') return <>{line.answer === undefined && !line.failed ? t('state.loading') : t('value.none')}</>
  const good = reached(line.target.op, value, line.goal)
  return <>{withUnit(formatNumber(value), line.target.unit)} <Tag tone={good ? 'green' : 'amber'}>{t(good ? 'orgs.reached' : 'orgs.not_yet')}</Tag></>
}

export function OrgPlan({ org }: { org: Org }) {
  const { t } = useTranslation()
  const metrics = useMetrics()
  const plan = useQuery({ queryKey: ['plan'], queryFn: () => data(api.GET('/api/v1/plan')), enabled: levels.includes(org.kind) })
  // A count of the whole city says nothing about one school; a rate does.
  const rates = (plan.data?.items ?? []).filter((target) => target.metric !== undefined && metrics.get(target.metric)?.kind === 'ratio').slice(0, most)
  const answers = useQueries({
    queries: rates.map((target) => ({
      queryKey: ['org-plan', org.id, target.metric],
      queryFn: () => data(api.POST('/api/v1/metrics/query', { body: { metrics: [target.metric ?? ''], where: { [org.kind]: org.id }, time: { last: 1 } } })),
      retry: false,
    })),
  })
  const lines = rates.flatMap((target, index): Line[] => {
    const goal = goalOf(target)
    return goal === undefined ? [] : [{ target, ...goal, answer: answers[index]?.data, failed: answers[index]?.isError ?? false }]
  })
  const columns: PlainColumn<Line>[] = [
    { key: 'item', title: t('orgs.plan_item'), wide: true, render: (line) => line.target.item },
    { key: 'goal', title: t('orgs.plan_goal'), align: 'right', render: (line) => `${line.target.op} ${withUnit(formatNumber(line.goal), line.target.unit)} (${line.year})` },
    { key: 'actual', title: t('orgs.plan_here'), align: 'right', render: (line) => <Actual line={line} /> },
  ]
  if (!levels.includes(org.kind)) return null
  return (
    <section className="bm-panel" aria-labelledby="org-plan">
      <h2 id="org-plan">{t('menu.plan')} <Link to="/plan" className="bm-figure-foot">{t('orgs.to_plan')}</Link></h2>
      <QueryView query={plan} isEmpty={() => lines.length === 0} empty={<EmptyState title={t('orgs.no_plan')} />}>
        {() => <PlainTable label={t('menu.plan')} columns={columns} rows={lines} rowKey={(line) => line.target.id} />}
      </QueryView>
    </section>
  )
}
