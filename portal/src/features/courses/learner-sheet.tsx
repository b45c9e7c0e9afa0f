// One student's way through a course, unit by unit; whoever looks after the student may waive a unit.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '@/shared/api/client'
import type { CourseDetail, CourseNode, CourseProgress } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Sheet } from '@/shared/ui/sheet'
import { CourseTree } from './course-tree'
import { CourseTag, UnitTags } from './progress-tags'

type Waiving = { course: string; registration: string; node: CourseNode; onDone: () => void }

function WaiveForm({ course, registration, node, onDone }: Waiving) {
  const { t } = useTranslation()
  const w = useLearningWords()
  const two = useTwo()
  const cache = useQueryClient()
  const [reason, setReason] = useState('')
  const waive = useMutation({
    mutationFn: () => api.POST('/api/v1/courses/{id}/waivers', { params: { path: { id: course } }, body: { registration, unit: node.no, reason } }),
    onSuccess: async () => {
      await Promise.all(['course-progress', 'course-classes'].map((key) => cache.invalidateQueries({ queryKey: [key, course] })))
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    waive.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <div><label htmlFor="waive-reason">{w('courses.waive_reason', { unit: two(node.title) })}</label><Input id="waive-reason" required maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} /></div>
      <ProblemNote error={waive.error} />
      <div className="bm-form-foot"><Button onClick={onDone}>{t('action.cancel')}</Button><Button type="primary" htmlType="submit" loading={waive.isPending} disabled={reason.trim() === ''}>{w('courses.waive_confirm')}</Button></div>
    </form>
  )
}

type Props = { course: CourseDetail; progress: CourseProgress; waives: boolean; onClose: () => void }

export function LearnerSheet({ course, progress, waives, onClose }: Props) {
  const w = useLearningWords()
  const [waiving, setWaiving] = useState<CourseNode | null>(null)
  const beside = (node: CourseNode) => {
    const unit = progress.units.find((one) => one.unit === node.no)
    return (
      <span className="bm-links">
        <UnitTags unit={unit} />
        {unit?.last_at !== undefined && <small>{formatTime(unit.last_at)}</small>}
        {waives && !unit?.met && <Button size="small" onClick={() => setWaiving(node)}>{w('courses.waive')}</Button>}
      </span>
    )
  }
  return (
    <Sheet title={w('courses.of_person', { name: progress.person.name })} onClose={onClose}>
      <p><CourseTag progress={progress} /></p>
      <CourseTree nodes={course.nodes} label={w('courses.structure')} beside={beside} />
      {waiving && <WaiveForm key={waiving.no} course={course.id} registration={progress.registration} node={waiving} onDone={() => setWaiving(null)} />}
    </Sheet>
  )
}
