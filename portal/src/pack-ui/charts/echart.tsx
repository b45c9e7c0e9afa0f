// A drawing by ECharts that follows its box and its options. The parts of ECharts that a chart needs are registered by the chart's own file.
import { init, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { useEffect, useRef } from 'react'

export type Picked = { seriesIndex?: number; dataIndex?: number }
type Props = { options: EChartsCoreOption; label: string; onPick?: (at: Picked) => void; tall?: boolean }

export function prefersStill(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches
}

export function EChart({ options, label, onPick, tall }: Props) {
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
    // Drawn after the next paint, so that a press is answered before the charts are.
    const handle = requestAnimationFrame(() => setTimeout(() => chart.current?.setOption(options, true)))
    return () => cancelAnimationFrame(handle)
  }, [options])
  useEffect(() => {
    const made = chart.current
    if (made === null || onPick === undefined) return undefined
    made.on('click', onPick)
    return () => { made.off('click', onPick) }
  }, [onPick])
  return <div ref={box} className={tall ? 'bm-chart bm-chart-tall' : 'bm-chart'} role="img" aria-label={label} />
}
