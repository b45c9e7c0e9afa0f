// Who is registered in a course and how far; a line opens to the units of the student.
import { useState } from 'react'
import { api, data } from '@/shared/api/client'
import type { CourseDetail, CourseProgress } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'
import { LearnerSheet } from './learner-sheet'
import { CourseTag } from './progress-tags'

/** When anything was heard of the student last. */
export function lastAt(progress: CourseProgress): string | undefined {
  return progress.units.map((unit) => unit.last_at).filter((at) => at !== undefined).sort().at(-1)
}

type Props = { course: CourseDetail; org: string; waives: boolean }

export function LearnersTable({ course, org, waives }: Props) {
  const w = useLearningWords()
  const [open, setOpen] = useState<string | null>(null)
  const columns: PlainColumn<CourseProgress>[] = [
    { key: 'student', title: w('courses.student'), render: (one) => <button type="button" className="bm-link" onClick={() => setOpen(one.registration)}>{one.person.name}</button> },
    { key: 'state', title: w('courses.state'), render: (one) => <CourseTag progress={one} /> },
    { key: 'progress', title: w('courses.progress'), align: 'right', render: (one) => `${one.n_met} / ${one.n_units}` },
    { key: 'last', title: w('courses.last'), render: (one) => { const at = lastAt(one); return at === undefined ? '' : formatTime(at) } },
  ]
  return (
    <Paged
      queryKey={['course-progress', course.id, org]}
      fetchPage={(after) => data(api.GET('/api/v1/courses/{id}/progress', { params: { path: { id: course.id }, query: { org: org === '' ? undefined : org, after } } }))}
      empty={<EmptyState title={w('courses.no_learners')} hint={waives ? w('courses.no_learners_hint') : undefined} />}
    >
      {(learners) => {
        const chosen = learners.find((one) => one.registration === open)
        return (
          <>
            <PlainTable label={w('courses.learners')} columns={columns} rows={learners} rowKey={(one) => one.registration} />
            {chosen && <LearnerSheet course={course} progress={chosen} waives={waives} onClose={() => setOpen(null)} />}
          </>
        )
      }}
    </Paged>
  )
}
