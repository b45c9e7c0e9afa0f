import type { Card, QueryResult } from '@/shared/api/types'
import type { Metrics, Words } from './result'

/** What every picture of a card gets. onDrill is absent where nothing lies below. */
export type PictureProps = {
  card: Card
  result: QueryResult
  metrics: Metrics
  words: Words
  onDrill?: (row: number) => void
  onCell?: (row: number, column: number) => void
}
