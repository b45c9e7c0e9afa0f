// A figure over two dimensions as a table of shaded cells, each with its number.
import { columnsOf, figureText, keyOf, labelOf, numberAt } from './result'
import { rangeOf, shadeOf, useDarkGround } from './shades'
import { ShadeKey } from './shade-key'
import type { PictureProps } from './types'

export function Heat({ card, result, metrics, words, dark: onWall, scale, onDrill }: PictureProps) {
  const dark = useDarkGround(onWall)
  const [down = 0, across = 1] = columnsOf(result, 'dimension')
  const [figure = 2] = columnsOf(result, 'metric')
  const at = new Map(result.rows.map((row, index) => [`${String(keyOf(row[down]))}|${String(keyOf(row[across]))}`, index]))
  const distinct = (column: number) => [...new Map(result.rows.map((row) => [keyOf(row[column]), row[column]])).entries()]
  const { min, max } = scale ?? rangeOf(result.rows.map((_, row) => numberAt(result, row, figure)))
  const columns = distinct(across)
  return (
    <div>
      <div className="bm-table-frame" tabIndex={0} role="region" aria-label={card.title}>
        <table className="bm-heat">
          <thead><tr><th scope="col">{result.columns[down]?.title}</th>{columns.map(([key, cell]) => <th key={String(key)} scope="col">{labelOf(cell, words.none)}</th>)}</tr></thead>
          <tbody>
            {distinct(down).map(([key, cell]) => {
              const first = result.rows.findIndex((row) => keyOf(row[down]) === key)
              const name = labelOf(cell, words.none)
              return (
                <tr key={String(key)}>
                  <th scope="row">{onDrill ? <button type="button" className="bm-link" onClick={() => onDrill(first)}>{name}</button> : name}</th>
                  {columns.map(([other]) => {
                    const row = at.get(`${String(key)}|${String(other)}`)
                    const shade = shadeOf(row === undefined ? null : numberAt(result, row, figure), min, max, dark)
                    return <td key={String(other)} style={{ background: shade.ground, color: shade.text }}>{row === undefined ? words.none : figureText(result, row, figure, metrics, words)}</td>
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <ShadeKey min={min} max={max} unit={result.columns[figure]?.unit} dark={dark} />
    </div>
  )
}
