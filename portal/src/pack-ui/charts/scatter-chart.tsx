import { ScatterChart as Dots } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PictureProps } from '../cards/types'
import { EChart, prefersStill, type Picked } from './echart'
import { useInk } from './ink'
import { dotsOf, scatterOptions } from './scatter-options'

use([Dots, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export default function ScatterChart({ card, result, words, dark, onDrill }: PictureProps) {
  const { t } = useTranslation()
  const groups = useMemo(() => dotsOf(result, words), [result, words])
  const ink = useInk(dark)
  const options = useMemo(() => scatterOptions(groups, result, ink, prefersStill()), [groups, result, ink])
  const open = useCallback((at: Picked) => {
    const dot = groups[at.seriesIndex ?? 0]?.dots[at.dataIndex ?? 0]
    if (dot !== undefined) onDrill?.(dot.row)
  }, [groups, onDrill])
  const n = groups.reduce((sum, group) => sum + group.dots.length, 0)
  return <EChart options={options} label={t('card.scatter_label', { title: card.title, n })} onPick={onDrill && open} />
}
