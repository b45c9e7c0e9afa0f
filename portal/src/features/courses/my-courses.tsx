// The courses of a pupil, or of the children of a family: cards that read on a phone, each with how far it is.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Course } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { CourseTag } from './progress-tags'
import { useCourseRole, useOwnProgress } from './queries'

function Card({ course }: { course: Course }) {
  const w = useLearningWords()
  const two = useTwo()
  const role = useCourseRole()
  const progress = useOwnProgress(course.id)
  return (
    <li className="bm-panel">
      <h2><Link to={`/course?id=${course.id}`}>{two(course.title)}</Link></h2>
      <p className="bm-foot">{course.org?.title} · {w('courses.units')} {course.n_units}</p>
      <QueryView query={progress} rows={1}>
        {({ items }) => (role === 'learner' ? <CourseTag progress={items[0]} /> : <ul className="bm-inline">{items.map((one) => <li key={one.registration}>{one.person.name} <CourseTag progress={one} /></li>)}</ul>)}
      </QueryView>
    </li>
  )
}

export function MyCourses() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const role = useCourseRole()
  return (
    <Page title={t('menu.courses')} note={w(role === 'learner' ? 'courses.mine_note' : 'courses.family_note')}>
      <Paged queryKey={['courses']} fetchPage={(after) => data(api.GET('/api/v1/courses', { params: { query: { after } } }))} empty={<EmptyState title={w('courses.none')} hint={w('courses.none_mine')} />}>
        {(courses) => <ul className="bm-cards">{courses.map((course) => <Card key={course.id} course={course} />)}</ul>}
      </Paged>
    </Page>
  )
}
