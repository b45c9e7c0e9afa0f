// Which school has reported which period: a heat table that reads as a table.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/numbers'
import { LoadMore } from '@/shared/ui/load-more'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'

const shades = [0, 0.35, 0.7, 1] as const

function shadeOf(n: number, most: number): string {
  if (n === 0) return 'bm-shade-0'
  const share = n / Math.max(1, most)
  return `bm-shade-${shades.findIndex((end) => share <= end)}`
}

export function CompletenessTable({ dataset, org }: { dataset: string; org?: string }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery({
    queryKey: ['quality', 'completeness', dataset, org ?? ''],
    queryFn: ({ pageParam }) => data(api.GET('/api/v1/datasets/{id}/completeness', { params: { path: { id: dataset }, query: { org, limit: 200, after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
  if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />
  const first = query.data.pages[0]
  const lines = query.data.pages.flatMap((page) => page.items)
  if (first === undefined || lines.length === 0) return <EmptyState title={t('calendar.none')} />
  const most = Math.max(...lines.flatMap((line) => line.n_rows))
  const reported = (column: number) => lines.filter((line) => (line.n_rows[column] ?? 0) > 0).length
  return (
    <>
      {first.due && <p>{t('calendar.due', { due: first.due })}</p>}
      <div className="bm-table-frame" tabIndex={0} role="region" aria-label={t('calendar.title')}>
        <table className="bm-heat">
          <thead><tr><th scope="col">{t('quality.org')}</th>{first.periods.map((period) => <th key={period} scope="col">{period}</th>)}</tr></thead>
          <tbody>
            <tr><th scope="row">{t('calendar.reported')}</th>{first.periods.map((period, i) => <td key={period}>{t('calendar.of', { n: reported(i), all: lines.length })}</td>)}</tr>
            {lines.map((line) => (
              <tr key={line.org?.id}>
                <th scope="row">{line.org?.title}</th>
                {line.n_rows.map((n, i) => (
                  <td key={first.periods[i]} className={shadeOf(n, most)}>
                    {n === 0 ? t('calendar.missing') : <Link to={`/dataset?id=${encodeURIComponent(dataset)}&filter=${encodeURIComponent(`${first.period}:eq:${first.periods[i]}`)}`} aria-label={t('calendar.rows', { org: line.org?.title ?? '', period: first.periods[i], n: formatNumber(n) })}>{formatNumber(n)}</Link>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LoadMore n={lines.length} more={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
    </>
  )
}
