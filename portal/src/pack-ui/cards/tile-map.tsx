// A schematic map: one tile for each area, shaded by the first figure. It shows no borders and claims none.
import { useTranslation } from 'react-i18next'
import { columnsOf, figureText, labelOf, numberAt } from './result'
import { rangeOf, shadeOf, useDarkGround } from './shades'
import { ShadeKey } from './shade-key'
import type { PictureProps } from './types'

/** About as many columns as rows, and no gap at the end where the number of tiles allows it. */
export function columnsFor(n: number): number {
  const square = Math.max(2, Math.ceil(Math.sqrt(n)))
  return [square, square + 1, square - 1].find((columns) => columns > 1 && n % columns === 0) ?? square
}

export function TileMap({ card, result, metrics, words, dark: onWall, scale, onDrill }: PictureProps) {
  const dark = useDarkGround(onWall)
  const { t } = useTranslation()
  const [dimension = 0] = columnsOf(result, 'dimension')
  const [figure = 1] = columnsOf(result, 'metric')
  const { min, max } = scale ?? rangeOf(result.rows.map((_, row) => numberAt(result, row, figure)))
  const side = columnsFor(result.rows.length)
  return (
    <div>
      <ul className="bm-tiles" aria-label={card.title} style={{ gridTemplateColumns: `repeat(${side}, minmax(0, 1fr))` }}>
        {result.rows.map((row, index) => {
          const shade = shadeOf(numberAt(result, index, figure), min, max, dark)
          const name = labelOf(row[dimension], words.none)
          const value = figureText(result, index, figure, metrics, words, true)
          const style = { background: shade.ground, color: shade.text }
          return (
            <li key={`${name} ${index}`}>
              {onDrill ? (
                <button type="button" style={style} onClick={() => onDrill(index)} aria-label={t('card.open_tile', { name, value })}><span>{name}</span><strong>{value}</strong></button>
              ) : <div style={style}><span>{name}</span><strong>{value}</strong></div>}
            </li>
          )
        })}
      </ul>
      <ShadeKey min={min} max={max} unit={result.columns[figure]?.unit} dark={dark} />
    </div>
  )
}
