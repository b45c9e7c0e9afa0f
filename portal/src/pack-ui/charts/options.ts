// From the answer of a query to the options of a line, bar or stacked chart.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, keyOf, labelOf, numberAt, type Words } from '../cards/result'
import type { Card, QueryResult } from '@/shared/api/types'
import { baseOptions, legendOf, symbols, tooltipOf, type Ink } from './ink'

export type Range = { min: number; max: number }
export type Series = { name: string; unit?: string; values: (number | null)[]; rows: (number | null)[] }
type Kind = Card['kind']

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

/** Figures of each row as a series over the figures' names: the bars that stand for a radar. */
export function turnedSeries(result: QueryResult, words: Words): { names: string[]; series: Series[] } {
  const [dimension] = columnsOf(result, 'dimension')
  const figures = columnsOf(result, 'metric')
  const series = result.rows.map((row, index): Series => ({
    name: dimension === undefined ? '' : labelOf(row[dimension], words.none), unit: result.columns[figures[0] ?? 0]?.unit,
    values: figures.map((column) => numberAt(result, index, column)), rows: figures.map(() => index),
  }))
  return { names: figures.map((column) => result.columns[column]?.title ?? ''), series }
}

/** The same ends on both sides of a comparison; bars begin at nothing, and the parts of a stack have ends of their own. */
function axisEnds(kind: Kind, scale: Range | undefined): { min?: number; max?: number } {
  if (scale === undefined || kind === 'stacked') return {}
  return kind === 'line' ? { min: Math.floor(scale.min), max: Math.ceil(scale.max) } : { max: Math.ceil(scale.max) }
}

/** A long name in two lines, so that neighbours do not run into each other. */
export function wrapped(name: string): string {
  const half = Math.ceil(name.length / 2)
  if (/[\u4e00-\u9fff]/.test(name)) return name.length > 5 ? `${name.slice(0, half)}\n${name.slice(half)}` : name
  const spaces = [...name.matchAll(/ /g)].map((match) => match.index).sort((a, b) => Math.abs(a - half) - Math.abs(b - half))
  return name.length > 10 && spaces[0] !== undefined ? `${name.slice(0, spaces[0])}\n${name.slice(spaces[0] + 1)}` : name
}

export function axisOptions(kind: Kind, { names, series }: { names: string[]; series: Series[] }, ink: Ink, still: boolean, scale?: Range): EChartsCoreOption {
  const units = [...new Set(series.map((one) => one.unit ?? ''))]
  const bars = kind !== 'line'
  const long = (names.length > 7 && names.some((name) => name.length > 4)) || names.length > 16 || (names.length > 4 && names.some((name) => name.length > 12))
  const wrap = !long && names.length > 3
  return {
    ...baseOptions(ink, still),
    grid: { left: 8, right: 16, top: series.length > 1 ? 52 : 28, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: series.length > 1 ? legendOf(ink) : { show: false },
    tooltip: { ...tooltipOf(ink), trigger: 'axis', axisPointer: { type: bars ? 'shadow' : 'line' } },
    xAxis: { type: 'category', data: names, axisLabel: { color: ink.soft, fontSize: ink.size, rotate: bars && long ? 35 : 0, interval: bars ? 0 : 'auto', formatter: wrap ? wrapped : undefined }, axisTick: { alignWithLabel: true }, axisLine: { lineStyle: { color: ink.soft } } },
    yAxis: units.slice(0, 2).map((unit) => ({ type: 'value', name: unit, nameTextStyle: { color: ink.soft }, axisLabel: { color: ink.soft, fontSize: ink.size }, scale: kind === 'line', ...axisEnds(kind, units.length === 1 ? scale : undefined), splitLine: { lineStyle: { color: ink.line } } })),
    series: series.map((one, index) => ({
      type: bars ? 'bar' : 'line', name: one.name, data: one.values, yAxisIndex: Math.min(1, Math.max(0, units.indexOf(one.unit ?? ''))),
      stack: kind === 'stacked' ? 'all' : undefined, itemStyle: kind === 'stacked' ? { borderColor: ink.ground, borderWidth: 1 } : undefined,
      symbol: symbols[index % symbols.length], symbolSize: 8, connectNulls: false, barMaxWidth: 36, lineStyle: { width: 2.5 },
    })),
  }
}
