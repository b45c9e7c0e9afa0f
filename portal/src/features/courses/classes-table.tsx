// How far classes are; one of them can be looked at alone.
import { Button } from 'antd'
import { api, data } from '@/shared/api/client'
import type { CourseClassProgress } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { useLearningWords } from '@/shared/i18n/learning'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'

type Props = { course: string; onChoose: (org: string) => void }

export function ClassesTable({ course, onChoose }: Props) {
  const w = useLearningWords()
  const columns: PlainColumn<CourseClassProgress>[] = [
    { key: 'class', title: w('courses.class'), render: (one) => one.class?.title ?? w('courses.no_class') },
    { key: 'students', title: w('courses.students'), align: 'right', render: (one) => formatNumber(one.n_students) },
    { key: 'registered', title: w('courses.registered'), align: 'right', render: (one) => formatNumber(one.n_registered) },
    { key: 'satisfied', title: w('courses.n_satisfied'), align: 'right', render: (one) => formatNumber(one.n_satisfied) },
    { key: 'act', title: w('courses.learners'), render: ({ class: org }) => org && <Button size="small" onClick={() => onChoose(org.id)} aria-label={`${w('courses.of_class')}: ${org.title}`}>{w('courses.of_class')}</Button> },
  ]
  return (
    <Paged
      queryKey={['course-classes', course]}
      fetchPage={(after) => data(api.GET('/api/v1/courses/{id}/classes', { params: { path: { id: course }, query: { after } } }))}
      empty={<EmptyState title={w('courses.no_learners')} hint={w('courses.no_learners_hint')} />}
    >
      {(classes) => <PlainTable label={w('courses.classes')} columns={columns} rows={classes} rowKey={(one) => one.class?.id ?? ''} />}
    </Paged>
  )
}
