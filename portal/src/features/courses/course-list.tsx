// The courses of an organisation for those who look after them.
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Course } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'
import { ImportDrawer } from './import-drawer'

export function CourseList() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const two = useTwo()
  const imports = useRight('datasets.import')
  const [importing, setImporting] = useState(false)
  const columns: PlainColumn<Course>[] = [
    { key: 'name', title: w('courses.name'), wide: true, render: (course) => <Link to={`/course?id=${course.id}`}>{two(course.title)}</Link> },
    { key: 'org', title: w('courses.org'), render: (course) => course.org?.title ?? '' },
    { key: 'units', title: w('courses.units'), align: 'right', render: (course) => formatNumber(course.n_units) },
    { key: 'at', title: w('courses.imported'), render: (course) => (course.by === undefined ? formatTime(course.at) : w('courses.by_at', { by: course.by, at: formatTime(course.at) })) },
  ]
  const actions = imports && <Button type="primary" onClick={() => setImporting(true)}>{w('courses.import')}</Button>
  return (
    <Page title={t('menu.courses')} note={w('courses.note')} actions={actions}>
      <Paged queryKey={['courses']} fetchPage={(after) => data(api.GET('/api/v1/courses', { params: { query: { after } } }))} empty={<EmptyState title={w('courses.none')} hint={imports ? w('courses.none_hint') : undefined} />}>
        {(courses) => <PlainTable label={t('menu.courses')} columns={columns} rows={courses} rowKey={(course) => course.id} />}
      </Paged>
      {importing && <ImportDrawer onClose={() => setImporting(false)} />}
    </Page>
  )
}
