// Where the cards of a screen stand: the main one in the middle, the others left and right of it; what is beyond six goes below the main one.
import type { Card } from '@/shared/api/types'

export type ScreenColumns = { main?: Card; left: Card[]; middle: Card[]; right: Card[] }

const besideMain = 6

export function columnsFor(cards: Card[]): ScreenColumns {
  const main = cards.find((card) => card.main) ?? cards[0]
  const others = cards.filter((card) => card !== main)
  const sides = others.slice(0, besideMain)
  const half = Math.ceil(sides.length / 2)
  return { main, left: sides.slice(0, half), right: sides.slice(half), middle: others.slice(besideMain) }
}
