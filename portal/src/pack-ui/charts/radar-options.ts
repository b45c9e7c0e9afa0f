// Figures of one unit as the corners of a shape, one shape for each row.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, type Words } from '../cards/result'
import type { QueryResult } from '@/shared/api/types'
import { baseOptions, legendOf, symbols, tooltipOf, type Ink } from './ink'
import { turnedSeries } from './options'

/** The end of every corner: 100 for shares, otherwise a tenth beyond the largest figure, so that shapes can be compared. */
export function radarEnd(values: (number | null)[], unit: string | undefined): number {
  const largest = Math.max(0, ...values.filter((value): value is number => value !== null))
  return unit === '%' && largest <= 100 ? 100 : largest * 1.1 || 1
}

export function radarOptions(result: QueryResult, words: Words, ink: Ink, still: boolean): EChartsCoreOption {
  const { names, series } = turnedSeries(result, words)
  const unit = result.columns[columnsOf(result, 'metric')[0] ?? 0]?.unit
  const end = radarEnd(series.flatMap((one) => one.values), unit)
  return {
    ...baseOptions(ink, still),
    legend: series.length > 1 ? legendOf(ink) : { show: false },
    tooltip: { ...tooltipOf(ink), trigger: 'item' },
    radar: {
      indicator: names.map((name) => ({ name, max: end })), radius: '64%', center: ['50%', series.length > 1 ? '56%' : '52%'], axisName: { color: ink.text },
      splitLine: { lineStyle: { color: ink.line } }, splitArea: { show: false }, axisLine: { lineStyle: { color: ink.line } },
    },
    series: [{
      type: 'radar',
      data: series.map((one, index) => ({ name: one.name, value: one.values.map((value) => value ?? '-'), symbol: symbols[index % symbols.length], symbolSize: 7, lineStyle: { width: 2.5, type: index === 0 ? 'solid' : 'dashed' }, areaStyle: { opacity: 0.08 } })),
    }],
  }
}
