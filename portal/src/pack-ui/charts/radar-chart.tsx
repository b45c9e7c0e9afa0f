// A radar, and the same figures as bars for those who read lengths more easily than areas.
import { BarChart, RadarChart as Shape } from 'echarts/charts'
import { GridComponent, LegendComponent, RadarComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PictureProps } from '../cards/types'
import { EChart, prefersStill } from './echart'
import { useInk } from './ink'
import { axisOptions, turnedSeries } from './options'
import { radarOptions } from './radar-options'

use([BarChart, Shape, GridComponent, LegendComponent, RadarComponent, TooltipComponent, SVGRenderer])

export default function RadarChart({ card, result, words, dark }: PictureProps) {
  const { t } = useTranslation()
  const [bars, setBars] = useState(false)
  const turned = useMemo(() => turnedSeries(result, words), [result, words])
  const ink = useInk(dark)
  const options = useMemo(
    () => (bars ? axisOptions('bar', turned, ink, prefersStill()) : radarOptions(result, words, ink, prefersStill())),
    [bars, turned, result, words, ink],
  )
  const label = t('card.chart_label', { title: card.title, series: turned.series.map((one) => one.name).join(t('list.comma')), n: turned.names.length })
  return (
    <div>
      {!dark && <button type="button" className="bm-plain-button bm-no-print" aria-pressed={bars} onClick={() => setBars(!bars)}>{t('card.as_bars')}</button>}
      <EChart key={String(bars)} options={options} label={label} />
    </div>
  )
}
