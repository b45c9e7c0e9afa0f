// A course package from a file. What is wrong with it is listed by file and line; with errors nothing is imported.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState, type FormEvent } from 'react'
import { Link } from 'react-router'
import { OrgInput } from '@/pack-ui/form/org-input'
import { send } from '@/shared/api/client'
import type { Course } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'

async function take(file: File, org: string): Promise<Course> {
  const answer = await send(`api/v1/courses?org=${encodeURIComponent(org)}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } })
  return await answer.json() as Course
}

export function ImportDrawer({ onClose }: { onClose: () => void }) {
  const w = useLearningWords()
  const two = useTwo()
  const cache = useQueryClient()
  const own = useMe().data?.org
  const [org, setOrg] = useState(own?.id ?? '')
  const [file, setFile] = useState<File | null>(null)
  const upload = useMutation({ mutationFn: (chosen: File) => take(chosen, org), onSuccess: () => cache.invalidateQueries({ queryKey: ['courses'] }) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (file !== null) upload.mutate(file)
  }
  return (
    <Drawer open title={w('courses.import')} onClose={onClose} size={520}>
      {upload.data ? (
        <div className="bm-done" role="status">
          <p>{w('courses.done', { title: two(upload.data.title), n: upload.data.n_units })}</p>
          <p><Link to={`/course?id=${upload.data.id}`}>{w('courses.open')}</Link></p>
        </div>
      ) : (
        <form className="bm-form" onSubmit={submit}>
          <p>{w('courses.import_note')}</p>
          <div><label htmlFor="course-org">{w('courses.for_org')}</label><OrgInput id="course-org" value={org} title={org === own?.id ? own.title : undefined} disabled={upload.isPending} onChange={setOrg} /></div>
          <div className="bm-query">
            <label className="bm-button" htmlFor="course-file">{w('courses.choose')}</label>
            <input id="course-file" className="bm-hidden" type="file" accept=".zip,.xml" onChange={(event) => { setFile(event.target.files?.[0] ?? null); upload.reset(); event.target.value = '' }} />
            {file && <span>{file.name}</span>}
          </div>
          <ProblemNote error={upload.error} />
          <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={upload.isPending} disabled={file === null || org === ''}>{w('courses.upload')}</Button></div>
        </form>
      )}
    </Drawer>
  )
}
