// Line, bar and stacked charts.
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PictureProps } from '../cards/types'
import { EChart, prefersStill, type Picked } from './echart'
import { useInk } from './ink'
import { axisOptions, seriesOf } from './options'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export default function AxisChart({ card, result, words, dark, scale, onDrill }: PictureProps) {
  const { t } = useTranslation()
  const data = useMemo(() => seriesOf(result, words), [result, words])
  const ink = useInk(dark)
  const options = useMemo(() => axisOptions(card.kind, data, ink, prefersStill(), scale), [card.kind, data, ink, scale])
  const open = useCallback((at: Picked) => {
    const row = data.series[at.seriesIndex ?? 0]?.rows[at.dataIndex ?? 0]
    if (row !== null && row !== undefined) onDrill?.(row)
  }, [data, onDrill])
  const label = t('card.chart_label', { title: card.title, series: data.series.map((one) => one.name).join(t('list.comma')), n: data.names.length })
  return <EChart options={options} label={label} onPick={onDrill && open} />
}
