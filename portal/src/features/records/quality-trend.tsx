// The share of good rows by day: a line, and the same as a table.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { TrendPoint } from '@/shared/api/types'
import { formatNumber, formatRate } from '@/shared/format/numbers'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'

const size = { width: 720, height: 180, left: 52, bottom: 26, top: 10, right: 12 }
const dayMs = 86_400_000

function Line({ points }: { points: TrendPoint[] }) {
  const { t } = useTranslation()
  const known = points.filter((point): point is TrendPoint & { rate: number } => point.rate !== undefined)
  const days = known.map((point) => Date.parse(point.day))
  const [first, last] = [Math.min(...days), Math.max(...days)]
  const low = Math.min(...known.map((point) => point.rate))
  const floor = Math.max(0, Math.floor(low * 20 - 0.2) / 20)
  const x = (day: number) => size.left + ((day - first) / Math.max(dayMs, last - first)) * (size.width - size.left - size.right)
  const y = (rate: number) => size.top + ((1 - rate) / Math.max(0.01, 1 - floor)) * (size.height - size.top - size.bottom)
  const path = known.map((point, i) => `${i === 0 ? 'M' : 'L'} ${x(days[i] ?? first).toFixed(1)} ${y(point.rate).toFixed(1)}`).join(' ')
  return (
    <svg role="img" aria-label={t('quality.trend_picture', { from: known[0]?.day ?? '', to: known[known.length - 1]?.day ?? '' })} viewBox={`0 0 ${size.width} ${size.height}`} className="bm-trend">
      {[1, (1 + floor) / 2, floor].map((rate) => (
        <g key={rate}><line x1={size.left} x2={size.width - size.right} y1={y(rate)} y2={y(rate)} className="bm-trend-grid" /><text x={size.left - 6} y={y(rate) + 4} textAnchor="end">{formatRate(rate)}</text></g>
      ))}
      <path d={path} className="bm-trend-line" />
      {known.map((point, i) => <circle key={point.day} cx={x(days[i] ?? first)} cy={y(point.rate)} r="3.5" className="bm-trend-dot"><title>{`${point.day} ${formatRate(point.rate)}`}</title></circle>)}
      <text x={size.left} y={size.height - 6}>{known[0]?.day}</text>
      <text x={size.width - size.right} y={size.height - 6} textAnchor="end">{known[known.length - 1]?.day}</text>
    </svg>
  )
}

export function QualityTrend({ dataset, org }: { dataset?: string; org?: string }) {
  const { t } = useTranslation()
  const trend = useQuery({ queryKey: ['quality', 'trend', dataset ?? '', org ?? ''], queryFn: () => data(api.GET('/api/v1/quality/trend', { params: { query: { dataset, org } } })) })
  const columns: PlainColumn<TrendPoint>[] = [
    { key: 'day', title: t('quality.day'), render: (point) => point.day },
    { key: 'rate', title: t('quality.rate'), align: 'right', render: (point) => (point.rate === undefined ? '' : formatRate(point.rate)) },
    { key: 'rows', title: t('quality.rows'), align: 'right', render: (point) => formatNumber(point.n_rows) },
    { key: 'bad', title: t('quality.bad'), align: 'right', render: (point) => formatNumber(point.n_bad) },
    { key: 'warn', title: t('quality.warn'), align: 'right', render: (point) => formatNumber(point.n_warn) },
  ]
  return (
    <QueryView query={trend} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('quality.none')} />}>
      {(page) => (
        <div className="bm-stack">
          {page.items.some((point) => point.rate !== undefined) && <div className="bm-panel"><Line points={page.items} /></div>}
          <PlainTable label={t('quality.trend')} columns={columns} rows={[...page.items].reverse()} rowKey={(point) => point.day} />
        </div>
      )}
    </QueryView>
  )
}
