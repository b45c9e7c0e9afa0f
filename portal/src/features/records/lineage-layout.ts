// Places the nodes of a lineage graph in columns: each node one column right of all that lead to it.
import type { Lineage, LineageNode } from '@/shared/api/types'

export const box = { width: 200, height: 40, gapX: 56, gapY: 12 }
export type Placed = { node: LineageNode; x: number; y: number }
export type Layout = { placed: Placed[]; width: number; height: number; links: { from: Placed; to: Placed }[] }

export function layout(graph: Lineage): Layout {
  const column = new Map(graph.nodes.map((node) => [node.id, 0]))
  // Longest path; the graph has no circles, and the bound stops a wrong one.
  for (let round = 0; round < graph.nodes.length; round += 1) {
    let moved = false
    for (const { from, to } of graph.edges) {
      const right = (column.get(from) ?? 0) + 1
      if (right > (column.get(to) ?? 0) && right <= graph.nodes.length) {
        column.set(to, right)
        moved = true
      }
    }
    if (!moved) break
  }
  const filled: number[] = []
  const placed = graph.nodes.map((node) => {
    const at = column.get(node.id) ?? 0
    const line = filled[at] ?? 0
    filled[at] = line + 1
    return { node, x: at * (box.width + box.gapX), y: line * (box.height + box.gapY) }
  })
  const places = new Map(placed.map((one) => [one.node.id, one]))
  const links = graph.edges.flatMap(({ from, to }) => {
    const [a, b] = [places.get(from), places.get(to)]
    return a && b ? [{ from: a, to: b }] : []
  })
  const width = filled.length * (box.width + box.gapX) - box.gapX
  const height = Math.max(1, ...filled.map((n) => n ?? 0)) * (box.height + box.gapY) - box.gapY
  return { placed, width: Math.max(width, box.width), height, links }
}
