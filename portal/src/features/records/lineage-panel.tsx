// From a figure down to a file: a picture, and the same as a list that keyboards and screen readers can walk.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Lineage, LineageNode } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag } from '@/shared/ui/tag'
import { box, layout } from './lineage-layout'

const kinds = ['metric', 'dataset', 'batch', 'file'] as const

function titleOf(node: LineageNode): string {
  return node.kind === 'batch' && node.at ? formatTime(node.at) : node.title
}

function Picture({ graph, label }: { graph: Lineage; label: string }) {
  const { t } = useTranslation()
  const { placed, width, height, links } = useMemo(() => layout(graph), [graph])
  const short = (text: string) => (text.length > 14 ? `${text.slice(0, 13)}…` : text)
  return (
    <div className="bm-lineage-frame" tabIndex={0} role="region" aria-label={label}>
      <svg role="img" aria-label={label} width={width + 4} height={height + 4} viewBox={`-2 -2 ${width + 4} ${height + 4}`}>
        {links.map(({ from, to }) => {
          const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2]
          return <path key={`${from.node.id} ${to.node.id}`} d={`M ${x1} ${y1} C ${x1 + 28} ${y1}, ${x2 - 28} ${y2}, ${x2} ${y2}`} className="bm-lineage-link" />
        })}
        {placed.map(({ node, x, y }) => (
          <g key={node.id} transform={`translate(${x} ${y})`}>
            <title>{titleOf(node)}</title>
            <rect width={box.width} height={box.height} rx="6" className={`bm-lineage-box bm-lineage-${node.kind}`} />
            <text x="10" y="16" className="bm-lineage-kind">{t(`lineage.${node.kind}`)}</text>
            <text x="10" y="32">{short(titleOf(node))}</text>
          </g>
        ))}
      </svg>
    </div>
  )
}

function NodeLine({ node, graph }: { node: LineageNode; graph: Lineage }) {
  const { t } = useTranslation()
  const below = graph.edges.filter((edge) => edge.from === node.id).map((edge) => graph.nodes.find((one) => one.id === edge.to)).filter((one) => one !== undefined)
  return (
    <li>
      {node.kind === 'dataset' ? <Link to={`/dataset?id=${encodeURIComponent(node.ref)}`}>{node.title}</Link>
        : node.kind === 'metric' ? <Link to={`/lineage?metric=${encodeURIComponent(node.ref)}`}>{node.title}</Link> : titleOf(node)}
      {node.level && <> <LevelTag level={node.level} /></>}
      {node.n_rows !== undefined && ` ${t('lineage.n_rows', { n: formatNumber(node.n_rows) })}`}
      {below.length > 0 && ` ← ${below.map(titleOf).join(t('list.comma'))}`}
    </li>
  )
}

export function LineagePanel({ metric, dataset }: { metric?: string; dataset?: string }) {
  const { t } = useTranslation()
  const lineage = useQuery({ queryKey: ['lineage', metric ?? '', dataset ?? ''], queryFn: () => data(api.GET('/api/v1/lineage', { params: { query: { metric, dataset } } })) })
  return (
    <QueryView query={lineage} rows={4} isEmpty={(graph) => graph.nodes.length === 0} empty={<EmptyState title={t('lineage.none')} />}>
      {(graph) => (
        <div className="bm-stack">
          <Picture graph={graph} label={t('lineage.picture')} />
          {graph.cut && <p role="status">{t('lineage.cut')}</p>}
          <div className="bm-lineage-lists">
            {kinds.map((kind) => {
              const nodes = graph.nodes.filter((node) => node.kind === kind)
              return nodes.length === 0 ? null : (
                <section key={kind}>
                  <h3>{t(`lineage.${kind}`)}（{nodes.length}）</h3>
                  <ul className="bm-plain-list">{nodes.map((node) => <NodeLine key={node.id} node={node} graph={graph} />)}</ul>
                </section>
              )
            })}
          </div>
        </div>
      )}
    </QueryView>
  )
}
