// The picture that fits a card's kind.
import { lazy, Suspense } from 'react'
import { LoadingState } from '@/shared/ui/states'
import { CardTable } from './card-table'
import { Heat } from './heat'
import { Kpi } from './kpi'
import { Rank } from './rank'
import { TileMap } from './tile-map'
import type { PictureProps } from './types'

const Chart = lazy(() => import('../charts/card-chart'))

export function Picture(props: PictureProps) {
  switch (props.card.kind) {
    case 'kpi': return <Kpi {...props} />
    case 'rank': return <Rank {...props} />
    case 'map': return <TileMap {...props} />
    case 'heat': return <Heat {...props} />
    case 'table': return <CardTable {...props} />
    case 'line': case 'bar': return <Suspense fallback={<LoadingState rows={6} />}><Chart {...props} /></Suspense>
  }
}
