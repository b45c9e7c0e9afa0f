// Each row as a dot at two figures; a third figure is the dot's size, a second dimension its colour and shape.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, keyOf, labelOf, numberAt, type Words } from '../cards/result'
import type { QueryResult } from '@/shared/api/types'
import { withUnit } from '@/shared/format/numbers'
import { baseOptions, legendOf, symbols, tooltipOf, type Ink } from './ink'

export type Dot = { name: string; row: number; value: number[] }

export function dotsOf(result: QueryResult, words: Words): { name: string; dots: Dot[] }[] {
  const [dimension = 0, second] = columnsOf(result, 'dimension')
  const figures = columnsOf(result, 'metric')
  const groups = new Map<unknown, { name: string; dots: Dot[] }>()
  result.rows.forEach((row, index) => {
    const value = figures.map((column) => numberAt(result, index, column))
    if (value.some((one) => one === null)) return
    const cell = second === undefined ? undefined : row[second]
    const group = groups.get(keyOf(cell)) ?? { name: second === undefined ? '' : labelOf(cell, words.none), dots: [] }
    group.dots.push({ name: labelOf(row[dimension], words.none), row: index, value: value as number[] })
    groups.set(keyOf(cell), group)
  })
  return [...groups.values()]
}

function sizeOf(value: number | undefined, largest: number): number {
  return value === undefined || largest <= 0 ? 9 : 6 + 26 * Math.sqrt(Math.max(0, value) / largest)
}

export function scatterOptions(groups: { name: string; dots: Dot[] }[], result: QueryResult, ink: Ink, still: boolean): EChartsCoreOption {
  const [x, y] = columnsOf(result, 'metric').map((column) => result.columns[column])
  const largest = Math.max(0, ...groups.flatMap((group) => group.dots.map((dot) => dot.value[2] ?? 0)))
  const axis = (column: typeof x, end: 'x' | 'y') => ({
    type: 'value', scale: true, name: withUnit(column?.title ?? '', column?.unit ? `(${column.unit})` : ''), nameLocation: end === 'x' ? 'middle' : 'end', nameGap: end === 'x' ? 28 : 14,
    nameTextStyle: { color: ink.soft, align: end === 'y' ? 'left' : 'center' }, axisLabel: { color: ink.soft }, splitLine: { lineStyle: { color: ink.line } }, axisLine: { lineStyle: { color: ink.soft } },
  })
  return {
    ...baseOptions(ink, still),
    grid: { left: 8, right: 24, top: groups.length > 1 ? 64 : 36, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: groups.length > 1 ? legendOf(ink) : { show: false },
    tooltip: { ...tooltipOf(ink), trigger: 'item' },
    xAxis: axis(x, 'x'), yAxis: axis(y, 'y'),
    series: groups.map((group, index) => ({
      type: 'scatter', name: group.name, symbol: symbols[index % symbols.length], data: group.dots.map((dot) => ({ name: dot.name, value: dot.value, symbolSize: sizeOf(dot.value[2], largest) })),
      itemStyle: { opacity: 0.75 }, tooltip: { formatter: '{b}<br/>{c}' },
    })),
  }
}
