// How a count flows from group to group: a column of nodes for each dimension, a band for each pair of neighbours. Withheld parts are left out.
import type { EChartsCoreOption } from 'echarts/core'
import { columnsOf, keyOf, labelOf, numberAt, type Words } from '../cards/result'
import type { QueryResult } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { baseOptions, tooltipOf, type Ink } from './ink'

export type Flow = { nodes: { id: string; title: string; depth: number }[]; links: { source: string; target: string; value: number }[] }

export function flowOf(result: QueryResult, words: Words): Flow {
  const dimensions = columnsOf(result, 'dimension')
  const [figure = dimensions.length] = columnsOf(result, 'metric')
  const nodes = new Map<string, Flow['nodes'][number]>()
  const links = new Map<string, Flow['links'][number]>()
  result.rows.forEach((row, index) => {
    const value = numberAt(result, index, figure)
    if (value === null || value <= 0) return
    const ids = dimensions.map((column, depth) => {
      const id = `${depth}:${String(keyOf(row[column]))}`
      nodes.set(id, { id, title: labelOf(row[column], words.none), depth })
      return id
    })
    ids.slice(1).forEach((target, at) => {
      const source = ids[at] ?? ''
      const known = links.get(`${source}>${target}`)
      if (known === undefined) links.set(`${source}>${target}`, { source, target, value })
      else known.value += value
    })
  })
  return { nodes: [...nodes.values()], links: [...links.values()] }
}

export function sankeyOptions(flow: Flow, unit: string | undefined, ink: Ink, still: boolean): EChartsCoreOption {
  const titles = new Map(flow.nodes.map((node) => [node.id, node.title]))
  const text = (value: number) => `${formatNumber(value)}${unit ? ` ${unit}` : ''}`
  type Hint = { dataType?: string; name: string; value: number; data: { source?: string; target?: string } }
  return {
    ...baseOptions(ink, still),
    tooltip: {
      ...tooltipOf(ink), trigger: 'item',
      formatter: (hint: Hint) => (hint.dataType === 'edge' ? `${titles.get(hint.data.source ?? '') ?? ''} → ${titles.get(hint.data.target ?? '') ?? ''}: ${text(hint.value)}` : `${titles.get(hint.name) ?? ''}: ${text(hint.value)}`),
    },
    series: [{
      type: 'sankey', left: 8, right: 130, top: 8, bottom: 8, nodeWidth: 14, nodeGap: 8, draggable: false, emphasis: { focus: 'adjacency' },
      data: flow.nodes.map((node) => ({ name: node.id, depth: node.depth })), links: flow.links,
      label: { color: ink.text, width: 118, overflow: 'break', formatter: (node: { name: string }) => titles.get(node.name) ?? '' }, lineStyle: { color: 'gradient', opacity: 0.4 },
    }],
  }
}
