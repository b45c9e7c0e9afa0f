// Line and bar charts. The only file that loads ECharts, and only the parts in use.
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { PictureProps } from '../cards/types'
import { chartOptions, seriesOf } from './options'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export default function CardChart({ card, result, words, onDrill }: PictureProps) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  useEffect(() => {
    if (box.current === null) return undefined
    const made = init(box.current, undefined, { renderer: 'svg' })
    chart.current = made
    const watch = new ResizeObserver(() => made.resize())
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    chart.current?.setOption(chartOptions(card, result, words, still), true)
  }, [card, result, words])
  useEffect(() => {
    const made = chart.current
    if (made === null || onDrill === undefined) return undefined
    const { series } = seriesOf(result, words)
    const open = (event: { seriesIndex?: number; dataIndex?: number }) => {
      const row = series[event.seriesIndex ?? 0]?.rows[event.dataIndex ?? 0]
      if (row !== null && row !== undefined) onDrill(row)
    }
    made.on('click', open)
    return () => { made.off('click', open) }
  }, [result, words, onDrill])
  const { names, series } = seriesOf(result, words)
  const label = t('card.chart_label', { title: card.title, series: series.map((one) => one.name).join(t('list.comma')), n: names.length })
  return <div ref={box} className="bm-chart" role="img" aria-label={label} />
}
