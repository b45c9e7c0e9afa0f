// A card that can be opened level by level. The top is the dashboard's own answer; levels below are asked for one by one.
import { useQuery } from '@tanstack/react-query'
import { memo, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { CardFrame, type Other } from '@/pack-ui/cards/card-frame'
import { columnsOf, dimAt, keyOf, labelOf, metricId, wayDown, whereOfRow, type Metrics, type Where } from '@/pack-ui/cards/result'
import { api, data } from '@/shared/api/client'
import type { Card } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { useAddress } from '@/shared/ui/search-params'
import { ErrorState, LoadingState } from '@/shared/ui/states'
import { drillPrefix, filterPrefix, printDrill, readDrill } from './address'
import type { HowAsked } from './how-drawer'

type Props = { card: Card; other?: Other; metrics: Metrics; where: Where; period: string; compare?: 'prior'; onExplain: (asked: HowAsked) => void }

function Drilled({ card, other, metrics, where, period, compare, onExplain }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [address, change] = useAddress()
  const sourceOf = useDatasetTitles()
  const path = readDrill(address, card.id)
  const below = path.length > 0
  const depthDim = below ? dimAt(card, path) : undefined
  const by = depthDim === undefined ? card.by : [depthDim, ...card.by.slice(1)]
  const priorAsked = compare !== undefined && other === undefined && card.kind === 'kpi' && !card.result.columns.some((column) => column.kind === 'compare')
  const here: Where = { ...where, ...Object.fromEntries(path.map((step) => [step.dim, step.id])) }
  const query = { metrics: card.metrics, by, where: here, compare: card.kind === 'kpi' ? compare : undefined }
  const deeper = useQuery({
    queryKey: ['drill', query],
    queryFn: () => data(api.POST('/api/v1/metrics/query', { body: query })),
    enabled: below || priorAsked,
  })
  const result = (below || priorAsked) && deeper.data ? deeper.data : card.result
  const next = wayDown(card, path)
  const open = useCallback((row: number) => {
    const [dimension = 0] = columnsOf(result, 'dimension')
    const cell = result.rows[row]?.[dimension]
    const dim = result.columns[dimension]?.id
    if (dim === undefined || cell === undefined || next === undefined) return
    if ('dashboard' in next) {
      const target = new URLSearchParams({ id: next.dashboard })
      for (const [key, value] of Object.entries({ ...where, [dim]: keyOf(cell) })) target.set(filterPrefix + key, String(value))
      void navigate(`/dashboard?${target.toString()}`)
      return
    }
    change({ [drillPrefix + card.id]: printDrill([...path, { dim, id: String(keyOf(cell)), title: labelOf(cell, t('value.none')) }]) })
  }, [result, next, where, card.id, path, navigate, change, t])
  if (below && deeper.data === undefined) {
    return <article className="bm-card">{deeper.error ? <ErrorState error={deeper.error} retry={() => change({ [drillPrefix + card.id]: undefined })} /> : <LoadingState />}</article>
  }
  const explain = (row?: number, column?: number) => {
    const head = column === undefined ? undefined : result.columns[column]
    const cellWhere = row === undefined ? {} : whereOfRow(result, row)
    onExplain({
      title: head === undefined ? card.title : `${card.title} · ${head.title}`,
      metrics: head === undefined ? card.metrics : [metricId(head.id)],
      by: row === undefined ? by : [],
      where: { ...here, ...cellWhere },
    })
  }
  return (
    <CardFrame
      card={{ ...card, by }} result={result} other={below ? undefined : other} metrics={metrics} period={period} sourceOf={sourceOf} path={path} onExplain={explain}
      onDrill={next === undefined ? undefined : open} onBack={(depth) => change({ [drillPrefix + card.id]: printDrill(path.slice(0, depth)) })}
    />
  )
}

export const DrillCard = memo(Drilled)
