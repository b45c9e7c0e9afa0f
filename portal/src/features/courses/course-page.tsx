// One course: for a pupil the units to launch with their outcome, for others its structure and who is how far.
import '@/pack-ui/pack-ui.css'
import './courses.css'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '@/shared/api/client'
import type { CourseDetail, CourseNode } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { useOrgTitle } from '@/shared/org-title'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { Tag } from '@/shared/ui/tag'
import { ClassesTable } from './classes-table'
import { CourseTree } from './course-tree'
import { EnrolDrawer } from './enrol-drawer'
import { LaunchButton } from './launch-button'
import { LearnersTable } from './learners-table'
import { CourseTag, statesOf, UnitTags } from './progress-tags'
import { useCourse, useCourseRole, useOwnProgress } from './queries'

function Own({ course }: { course: CourseDetail }) {
  const w = useLearningWords()
  const two = useTwo()
  const progress = useOwnProgress(course.id)
  return (
    <QueryView query={progress}>
      {({ items }) => {
        const beside = (node: CourseNode) => {
          const unit = items[0]?.units.find((one) => one.unit === node.no)
          return (
            <span className="bm-links">
              <UnitTags unit={unit} />
              {!course.closed && <LaunchButton course={course.id} unit={node.no} title={two(node.title)} again={unit !== undefined && statesOf(unit).length > 0} />}
            </span>
          )
        }
        return (
          <section className="bm-panel">
            <p className="bm-links"><CourseTag progress={items[0]} /><Button size="small" loading={progress.isFetching} onClick={() => void progress.refetch()}>{w('courses.refresh')}</Button></p>
            <CourseTree nodes={course.nodes} label={w('courses.structure')} beside={beside} />
          </section>
        )
      }}
    </QueryView>
  )
}

function Others({ course, isStaff }: { course: CourseDetail; isStaff: boolean }) {
  const w = useLearningWords()
  const [address, change] = useAddress()
  const klass = address.get('class') ?? ''
  const classTitle = useOrgTitle(klass)
  return (
    <>
      <section className="bm-panel"><h2>{w('courses.structure')}</h2><CourseTree nodes={course.nodes} label={w('courses.structure')} /></section>
      {isStaff && <section className="bm-panel"><h2>{w('courses.classes')}</h2><ClassesTable course={course.id} onChoose={(org) => change({ class: org })} /></section>}
      <section className="bm-panel">
        <h2>{classTitle === undefined ? w('courses.learners') : w('courses.learners_of', { name: classTitle })}</h2>
        {klass !== '' && <p><Button size="small" onClick={() => change({ class: undefined })}>{w('courses.all_classes')}</Button></p>}
        <LearnersTable course={course} org={klass} waives={isStaff} />
      </section>
    </>
  )
}

function CloseButton({ course }: { course: CourseDetail }) {
  const { t } = useTranslation()
  const w = useLearningWords()
  const cache = useQueryClient()
  const close = useMutation({
    mutationFn: () => api.DELETE('/api/v1/courses/{id}', { params: { path: { id: course.id } } }),
    onSuccess: () => Promise.all([cache.invalidateQueries({ queryKey: ['course', course.id] }), cache.invalidateQueries({ queryKey: ['courses'] })]),
  })
  return (
    <>
      <Popconfirm title={w('courses.close_sure')} okText={w('courses.close')} cancelText={t('action.cancel')} onConfirm={() => close.mutate()}><Button danger loading={close.isPending}>{w('courses.close')}</Button></Popconfirm>
      <ProblemNote error={close.error} />
    </>
  )
}

export default function CoursePage() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const two = useTwo()
  const [address] = useAddress()
  const role = useCourseRole()
  const reads = useRight('people.read')
  const [enrolling, setEnrolling] = useState(false)
  const course = useCourse(address.get('id') ?? '')
  return (
    <QueryView query={course}>
      {(one) => {
        const actions = !one.closed && role === 'staff' && (
          <>
            {reads && <Button type="primary" onClick={() => setEnrolling(true)}>{w('courses.enrol')}</Button>}
            {one.by !== undefined && <CloseButton course={one} />}
          </>
        )
        return (
          <Page title={two(one.title)} crumbs={[{ title: t('menu.courses'), to: '/courses' }]} note={<>{one.org?.title} {one.closed && <Tag tone="grey">{w('courses.closed')}</Tag>}</>} actions={actions}>
            {one.by !== undefined && <p className="bm-foot">{w('courses.publisher')}: <code>{one.publisher_id}</code></p>}
            {role === 'learner' ? <Own course={one} /> : reads ? <Others course={one} isStaff={role === 'staff'} /> : <section className="bm-panel"><CourseTree nodes={one.nodes} label={w('courses.structure')} /></section>}
            {enrolling && <EnrolDrawer course={one.id} org={one.org?.id} onClose={() => setEnrolling(false)} />}
          </Page>
        )
      }}
    </QueryView>
  )
}
