// The picture that fits a card's kind. What needs ECharts is fetched when the first such card is shown.
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react'
import { LoadingState } from '@/shared/ui/states'
import { CardTable } from './card-table'
import { Heat } from './heat'
import { Kpi } from './kpi'
import { Rank } from './rank'
import { TileMap } from './tile-map'
import type { PictureProps } from './types'

type Chart = LazyExoticComponent<ComponentType<PictureProps>>
const axis = lazy(() => import('../charts/axis-chart'))
const charts: Partial<Record<PictureProps['card']['kind'], Chart>> = {
  line: axis, bar: axis, stacked: axis,
  box: lazy(() => import('../charts/box-chart')),
  scatter: lazy(() => import('../charts/scatter-chart')),
  radar: lazy(() => import('../charts/radar-chart')),
  sankey: lazy(() => import('../charts/sankey-chart')),
}

export function Picture(props: PictureProps) {
  const Chart = charts[props.card.kind]
  if (Chart !== undefined) return <Suspense fallback={<LoadingState rows={6} />}><Chart {...props} /></Suspense>
  switch (props.card.kind) {
    case 'kpi': return <Kpi {...props} />
    case 'rank': return <Rank {...props} />
    case 'map': return <TileMap {...props} />
    case 'heat': return <Heat {...props} />
    default: return <CardTable {...props} />
  }
}
