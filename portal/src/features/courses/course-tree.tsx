// A course as it is built: blocks and units below each other, what each unit asks for, and beside it whatever the page puts there.
import type { ReactNode } from 'react'
import type { CourseNode } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'

const moves = ['Passed', 'Completed', 'CompletedAndPassed', 'CompletedOrPassed', 'NotApplicable'] as const

function Asked({ node }: { node: CourseNode }) {
  const w = useLearningWords()
  const move = moves.find((one) => one === node.move_on)
  const words = [
    move !== undefined && `${w('courses.required')}: ${w(`courses.move_on_${move}`)}`,
    node.mastery_score !== undefined && w('courses.mastery', { percent: formatNumber(Math.round(node.mastery_score * 100)) }),
  ].filter((text) => text !== false)
  return words.length === 0 ? null : <small>{words.join(' · ')}</small>
}

type Props = { nodes: CourseNode[]; parent?: number; label?: string; beside?: (node: CourseNode) => ReactNode }

export function CourseTree({ nodes, parent = 0, label, beside }: Props) {
  const two = useTwo()
  const below = nodes.filter((node) => node.parent === parent)
  return (
    <ul className="bm-course-tree" aria-label={label}>
      {below.map((node) => (
        <li key={node.no}>
          <div className={`bm-course-node bm-course-${node.kind}`}>
            <div><strong>{two(node.title)}</strong>{two(node.description) !== '' && <p>{two(node.description)}</p>}{node.kind === 'unit' && <Asked node={node} />}</div>
            {node.kind === 'unit' && beside?.(node)}
          </div>
          {node.kind === 'block' && <CourseTree nodes={nodes} parent={node.no} beside={beside} />}
        </li>
      ))}
    </ul>
  )
}
