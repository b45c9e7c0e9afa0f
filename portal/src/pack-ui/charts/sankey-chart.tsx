import { SankeyChart as Flows } from 'echarts/charts'
import { TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { columnsOf } from '../cards/result'
import type { PictureProps } from '../cards/types'
import { EChart, prefersStill } from './echart'
import { useInk } from './ink'
import { flowOf, sankeyOptions } from './sankey-options'

use([Flows, TooltipComponent, SVGRenderer])

export default function SankeyChart({ card, result, words, dark }: PictureProps) {
  const { t } = useTranslation()
  const flow = useMemo(() => flowOf(result, words), [result, words])
  const unit = result.columns[columnsOf(result, 'metric')[0] ?? 0]?.unit
  const ink = useInk(dark)
  const options = useMemo(() => sankeyOptions(flow, unit, ink, prefersStill()), [flow, unit, ink])
  return <EChart options={options} label={t('card.sankey_label', { title: card.title, n: flow.links.length })} tall />
}
