// From the answer of a query to the options of a line or bar chart.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, keyOf, labelOf, numberAt, type Words } from '../cards/result'
import type { Card, QueryResult } from '@/shared/api/types'

// Okabe and Ito's colours, darkened to 3:1 on white; the shapes of the points differ as well.
const colours = ['#0b57d0', '#b35900', '#00735c', '#8f2d6b', '#5a5f00', '#3d3d8f', '#a3371c', '#4a4f57']
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow', 'emptyCircle']

export type Series = { name: string; unit?: string; values: (number | null)[]; rows: (number | null)[] }

/** Names along the axis and one series for each figure, or for each value of the second dimension. */
export function seriesOf(result: QueryResult, words: Words): { names: string[]; series: Series[] } {
  const [first = 0, second] = columnsOf(result, 'dimension')
  const figures = columnsOf(result, 'metric')
  const keys = [...new Set(result.rows.map((row) => keyOf(row[first])))]
  const names = keys.map((key) => labelOf(result.rows.find((row) => keyOf(row[first]) === key)?.[first], words.none))
  const pick = (name: string, column: number, fits: (row: number) => boolean): Series => {
    const rows = keys.map((key) => result.rows.findIndex((row, index) => keyOf(row[first]) === key && fits(index)))
    return { name, unit: result.columns[column]?.unit, rows: rows.map((row) => (row < 0 ? null : row)), values: rows.map((row) => (row < 0 ? null : numberAt(result, row, column))) }
  }
  if (second === undefined) return { names, series: figures.map((column) => pick(result.columns[column]?.title ?? '', column, () => true)) }
  const [figure = 0] = figures
  const groups = [...new Map(result.rows.map((row) => [keyOf(row[second]), row[second]])).entries()]
  return { names, series: groups.map(([key, cell]) => pick(labelOf(cell, words.none), figure, (row) => keyOf(result.rows[row]?.[second]) === key)) }
}

export function chartOptions(card: Card, result: QueryResult, words: Words, still: boolean): EChartsCoreOption {
  const { names, series } = seriesOf(result, words)
  const units = [...new Set(series.map((one) => one.unit ?? ''))]
  const long = (names.length > 6 && names.some((name) => name.length > 4)) || names.length > 16
  return {
    animation: !still,
    color: colours,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: '#1b1f27' },
    grid: { left: 8, right: 16, top: series.length > 1 ? 44 : 28, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: series.length > 1 ? { top: 0, type: 'scroll', textStyle: { color: '#1b1f27' } } : { show: false },
    tooltip: { trigger: 'axis', confine: true, axisPointer: { type: card.kind === 'bar' ? 'shadow' : 'line' } },
    xAxis: { type: 'category', data: names, axisLabel: { color: '#454b57', rotate: card.kind === 'bar' && long ? 35 : 0, interval: card.kind === 'bar' ? 0 : 'auto' }, axisTick: { alignWithLabel: true } },
    yAxis: units.slice(0, 2).map((unit) => ({ type: 'value', name: unit, nameTextStyle: { color: '#454b57' }, axisLabel: { color: '#454b57' }, scale: card.kind === 'line', splitLine: { lineStyle: { color: '#e3e7ee' } } })),
    series: series.map((one, index) => ({
      type: card.kind === 'line' ? 'line' : 'bar', name: one.name, data: one.values, yAxisIndex: Math.min(1, Math.max(0, units.indexOf(one.unit ?? ''))),
      symbol: symbols[index % symbols.length], symbolSize: 8, connectNulls: false, barMaxWidth: 36, lineStyle: { width: 2.5 },
    })),
  }
}
