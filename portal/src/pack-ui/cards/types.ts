import type { Card, QueryResult } from '@/shared/api/types'
import type { Metrics, Words } from './result'

/** What every picture of a card gets. onDrill is absent where nothing lies below; dark is the wall's ground. */
export type PictureProps = {
  card: Card
  result: QueryResult
  metrics: Metrics
  words: Words
  dark?: boolean
  /** Ends that both sides of a comparison share. */
  scale?: { min: number; max: number }
  onDrill?: (row: number) => void
  onCell?: (row: number, column: number) => void
}
