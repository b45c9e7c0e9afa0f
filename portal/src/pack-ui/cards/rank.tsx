// Organisations in the server's order with a bar for the first figure; a press opens the level below.
import { columnsOf, figureText, labelOf, numberAt } from './result'
import { rangeOf } from './shades'
import type { PictureProps } from './types'

export function Rank({ card, result, metrics, words, onDrill }: PictureProps) {
  const [dimension = 0] = columnsOf(result, 'dimension')
  const [figure = 1] = columnsOf(result, 'metric')
  const { max } = rangeOf(result.rows.map((_, row) => numberAt(result, row, figure)))
  return (
    <ol className="bm-rank" tabIndex={0} aria-label={card.title}>
      {result.rows.map((row, index) => {
        const name = labelOf(row[dimension], words.none)
        const value = numberAt(result, index, figure)
        return (
          <li key={`${name} ${index}`}>
            {onDrill ? <button type="button" className="bm-link" onClick={() => onDrill(index)}>{name}</button> : <span>{name}</span>}
            <span className="bm-rank-bar" aria-hidden="true"><i style={{ width: `${max > 0 && value !== null ? Math.max(0, (value / max) * 100) : 0}%` }} /></span>
            <span className="bm-num">{figureText(result, index, figure, metrics, words, true)}</span>
          </li>
        )
      })}
    </ol>
  )
}
