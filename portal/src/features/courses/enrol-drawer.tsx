// Registers students in a course: all of a class, or one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState, type FormEvent } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import { PersonInput } from '@/pack-ui/form/person-input'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { ProblemNote } from '@/shared/ui/problem-note'

const atOnce = 200 // the server takes no more in a request
const most = 1000

/** Ids of the students of an organisation; one more than `most` if there are more. */
async function studentsOf(org: string): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  do {
    const page = await data(api.GET('/api/v1/people', { params: { query: { org, role: 'student', limit: 500, after } } }))
    ids.push(...page.items.map((person) => person.id))
    after = page.next
  } while (after !== undefined && ids.length <= most)
  return ids
}

async function register(course: string, people: string[]): Promise<number> {
  for (let at = 0; at < people.length; at += atOnce) {
    await api.POST('/api/v1/courses/{id}/registrations', { params: { path: { id: course } }, body: { people: people.slice(at, at + atOnce) } })
  }
  return people.length
}

export function EnrolDrawer({ course, org, onClose }: { course: string; org: string | undefined; onClose: () => void }) {
  const w = useLearningWords()
  const cache = useQueryClient()
  const [klass, setClass] = useState('')
  const [person, setPerson] = useState('')
  const [note, setNote] = useState('')
  const enrol = useMutation({
    mutationFn: async () => {
      const people = klass === '' ? [person] : await studentsOf(klass)
      if (people.length === 0 || people.length > most) {
        setNote(people.length === 0 ? w('courses.nobody') : w('courses.too_many', { n: most }))
        return 0
      }
      return register(course, people)
    },
    onSuccess: (n) => (n > 0 ? Promise.all(['course-progress', 'course-classes'].map((key) => cache.invalidateQueries({ queryKey: [key, course] }))) : undefined),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setNote('')
    enrol.mutate()
  }
  return (
    <Drawer open title={w('courses.enrol')} onClose={onClose} size={480}>
      {enrol.data ? <p className="bm-done" role="status">{w('courses.enrolled', { n: enrol.data })}</p> : (
        <form className="bm-form" onSubmit={submit}>
          <div><label htmlFor="enrol-class">{w('courses.enrol_class')}</label><OrgInput id="enrol-class" value={klass} disabled={enrol.isPending} onChange={(id) => { setClass(id); setPerson('') }} /></div>
          <div><label htmlFor="enrol-person">{w('courses.enrol_person')}</label><PersonInput id="enrol-person" keep="id" org={org} value={person} disabled={enrol.isPending} onChange={(id) => { setPerson(id); setClass('') }} /></div>
          {note !== '' && <p className="bm-problem" role="alert">{note}</p>}
          <ProblemNote error={enrol.error} />
          <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={enrol.isPending} disabled={klass === '' && person === ''}>{w('courses.enrol_confirm')}</Button></div>
        </form>
      )}
    </Drawer>
  )
}
