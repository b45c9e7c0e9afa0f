// A small line over a few periods, drawn without a chart library: light enough for a phone. Every point carries its number.
type Point = { at: string; value: number; text: string }
type Props = { points: Point[]; label: string; ticks?: number[]; end?: number }

const width = 320
const height = 120
const edge = { left: 22, right: 22, top: 24, bottom: 22 }

export function Trend({ points, label, ticks = [], end }: Props) {
  const values = points.map((point) => point.value)
  const top = Math.max(end ?? 0, ...values)
  const bottom = Math.min(...values, ...(ticks.length > 0 ? [Math.min(...ticks)] : []))
  const x = (index: number) => (points.length < 2 ? width / 2 : edge.left + (index / (points.length - 1)) * (width - edge.left - edge.right))
  const y = (value: number) => (top > bottom ? edge.top + (1 - (value - bottom) / (top - bottom)) * (height - edge.top - edge.bottom) : height / 2)
  return (
    <svg className="bm-trend" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {ticks.map((tick) => <line key={tick} x1={0} x2={width} y1={y(tick)} y2={y(tick)} className="bm-trend-tick" />)}
      <polyline points={points.map((point, index) => `${x(index)},${y(point.value)}`).join(' ')} className="bm-trend-line" />
      {points.map((point, index) => (
        <g key={point.at}>
          <circle cx={x(index)} cy={y(point.value)} r={index === points.length - 1 ? 5 : 4} className="bm-trend-dot" />
          <text x={x(index)} y={y(point.value) - 9} className="bm-trend-value">{point.text}</text>
          <text x={x(index)} y={height - 6} className="bm-trend-when">{point.at}</text>
        </g>
      ))}
    </svg>
  )
}
