// How far somebody is, as words: with a unit, and with the whole course.
import type { CourseProgress } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { Tag, type Tone } from '@/shared/ui/tag'

export type UnitProgress = CourseProgress['units'][number]

const tones = { waived: 'violet', passed: 'green', completed: 'green', failed: 'amber', launched: 'blue' } as const satisfies Record<string, Tone>

/** The states of a unit that are to be told; 'launched' only where nothing came of it yet. */
export function statesOf(unit: UnitProgress): (keyof typeof tones)[] {
  const states = (['waived', 'passed', 'completed', 'failed'] as const).filter((state) => unit[state] && !(state === 'failed' && unit.passed))
  return states.length === 0 && unit.launched ? ['launched'] : states
}

export function UnitTags({ unit }: { unit: UnitProgress | undefined }) {
  const w = useLearningWords()
  const states = unit === undefined ? [] : statesOf(unit)
  return (
    <span className="bm-tags">
      {states.length === 0 && <Tag tone="grey">{w('courses.not_started')}</Tag>}
      {states.map((state) => <Tag key={state} tone={tones[state]}>{w(`courses.${state}`)}</Tag>)}
      {unit?.score !== undefined && <span>{w('courses.score', { percent: formatNumber(Math.round(unit.score * 100)) })}</span>}
      {unit?.met && <Tag tone="green">{w('courses.satisfied')}</Tag>}
    </span>
  )
}

export function CourseTag({ progress }: { progress: CourseProgress | undefined }) {
  const w = useLearningWords()
  if (progress?.satisfied_at !== undefined) return <Tag tone="green">{w('courses.satisfied_at', { at: formatTime(progress.satisfied_at) })}</Tag>
  if (progress === undefined || progress.units.every((unit) => statesOf(unit).length === 0)) return <Tag tone="grey">{w('courses.not_started')}</Tag>
  return <Tag tone="blue">{w('courses.not_yet', { n: progress.n_met, all: progress.n_units })}</Tag>
}
