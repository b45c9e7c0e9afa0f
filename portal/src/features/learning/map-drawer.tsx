// Who an unknown actor is: one of the people of its organisation.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState, type FormEvent } from 'react'
import { PersonInput } from '@/pack-ui/form/person-input'
import { api } from '@/shared/api/client'
import type { LearningActor } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { ProblemNote } from '@/shared/ui/problem-note'

export function MapDrawer({ actor, onClose }: { actor: LearningActor; onClose: () => void }) {
  const w = useLearningWords()
  const cache = useQueryClient()
  const [person, setPerson] = useState('')
  const map = useMutation({
    mutationFn: () => api.PUT('/api/v1/learning/actors/{no}/person', { params: { path: { no: actor.no } }, body: { person } }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['learning-actors'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    map.mutate()
  }
  return (
    <Drawer open title={w('actors.map_title')} onClose={onClose} size={480}>
      <dl className="bm-facts bm-facts-wide">
        <div><dt>{w('actors.identifier')}</dt><dd><code>{actor.identifier}</code></dd></div>
        {actor.name !== '' && <div><dt>{w('actors.name')}</dt><dd>{actor.name}</dd></div>}
        <div><dt>{w('actors.n')}</dt><dd>{actor.n_statements}</dd></div>
      </dl>
      <form className="bm-form" onSubmit={submit}>
        <div>
          <label htmlFor="actor-person">{w('actors.choose', { org: actor.org?.title ?? '' })}</label>
          <PersonInput id="actor-person" keep="id" org={actor.org?.id} value={person} disabled={map.isPending} onChange={setPerson} />
        </div>
        <ProblemNote error={map.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={map.isPending} disabled={person === ''}>{w('actors.confirm')}</Button></div>
      </form>
    </Drawer>
  )
}
