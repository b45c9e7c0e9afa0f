import { BoxplotChart } from 'echarts/charts'
import { GridComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PictureProps } from '../cards/types'
import { boxesOf, boxOptions } from './box-options'
import { EChart, prefersStill, type Picked } from './echart'
import { useInk } from './ink'

use([BoxplotChart, GridComponent, TooltipComponent, SVGRenderer])

export default function BoxChart({ card, result, words, dark, scale, onDrill }: PictureProps) {
  const { t } = useTranslation()
  const boxes = useMemo(() => boxesOf(result, words), [result, words])
  const ink = useInk(dark)
  const options = useMemo(() => boxOptions(boxes, result, ink, prefersStill(), scale), [boxes, result, ink, scale])
  const open = useCallback((at: Picked) => {
    const box = boxes[at.dataIndex ?? 0]
    if (box !== undefined) onDrill?.(box.row)
  }, [boxes, onDrill])
  return <EChart options={options} label={t('card.box_label', { title: card.title, n: boxes.length })} onPick={onDrill && open} />
}
