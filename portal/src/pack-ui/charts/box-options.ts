// The spread of a figure in each group: whiskers to the lowest and highest, a box from the lower to the upper quartile, a line at the median.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, labelOf, numberAt, type Words } from '../cards/result'
import type { QueryResult } from '@/shared/api/types'
import { baseOptions, tooltipOf, type Ink } from './ink'

const parts = ['__min', '__q1', '__median', '__q3', '__max']

export type Box = { name: string; row: number; numbers: number[] }

/** Groups that have a spread to show, in the answer's order. */
export function boxesOf(result: QueryResult, words: Words): Box[] {
  const [group = 0] = columnsOf(result, 'dimension')
  const columns = parts.map((part) => result.columns.findIndex((column) => column.id.endsWith(part)))
  return result.rows.flatMap((row, index) => {
    const numbers = columns.map((column) => numberAt(result, index, column))
    return numbers.every((one) => one !== null) ? [{ name: labelOf(row[group], words.none), row: index, numbers }] : []
  })
}

export function boxOptions(boxes: Box[], result: QueryResult, ink: Ink, still: boolean, scale?: { min: number; max: number }): EChartsCoreOption {
  const unit = result.columns.find((column) => column.id.endsWith('__median'))?.unit ?? ''
  const long = boxes.length > 6 && boxes.some((box) => box.name.length > 4)
  return {
    ...baseOptions(ink, still),
    grid: { left: 8, right: 16, top: 28, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: { ...tooltipOf(ink), trigger: 'item' },
    xAxis: { type: 'category', data: boxes.map((box) => box.name), axisLabel: { color: ink.soft, rotate: long ? 35 : 0, interval: 0 }, axisLine: { lineStyle: { color: ink.soft } } },
    yAxis: { type: 'value', name: unit, scale: true, ...(scale === undefined ? {} : { min: Math.floor(scale.min), max: Math.ceil(scale.max) }), nameTextStyle: { color: ink.soft }, axisLabel: { color: ink.soft }, splitLine: { lineStyle: { color: ink.line } } },
    series: [{ type: 'boxplot', data: boxes.map((box) => box.numbers), boxWidth: [8, 36], itemStyle: { color: `${ink.colours[0] ?? ''}33`, borderColor: ink.colours[0], borderWidth: 2 } }],
  }
}
