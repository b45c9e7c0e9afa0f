// A schematic map: one tile for each area, shaded by the first figure. It shows no borders and claims none.
import { useTranslation } from 'react-i18next'
import { columnsOf, figureText, labelOf, numberAt } from './result'
import { rangeOf, shadeOf } from './shades'
import { ShadeKey } from './shade-key'
import type { PictureProps } from './types'

export function TileMap({ card, result, metrics, words, onDrill }: PictureProps) {
  const { t } = useTranslation()
  const [dimension = 0] = columnsOf(result, 'dimension')
  const [figure = 1] = columnsOf(result, 'metric')
  const { min, max } = rangeOf(result.rows.map((_, row) => numberAt(result, row, figure)))
  const side = Math.ceil(Math.sqrt(result.rows.length))
  return (
    <div>
      <ul className="bm-tiles" aria-label={card.title} style={{ gridTemplateColumns: `repeat(${Math.max(2, side)}, minmax(0, 1fr))` }}>
        {result.rows.map((row, index) => {
          const shade = shadeOf(numberAt(result, index, figure), min, max)
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
      <ShadeKey min={min} max={max} unit={result.columns[figure]?.unit} />
    </div>
  )
}
