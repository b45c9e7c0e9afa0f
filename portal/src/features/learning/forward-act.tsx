// What may be done with a forward, by its state and by who looks.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Forward } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'

type Step = 'release' | 'pause' | 'resume'
const steps = {
  // The address goes along: what is released is what was seen.
  release: ({ id, endpoint }: Forward) => data(api.POST('/api/v1/learning/forwards/{id}/release', { params: { path: { id } }, body: { endpoint } })),
  pause: ({ id }: Forward) => data(api.POST('/api/v1/learning/forwards/{id}/pause', { params: { path: { id } } })),
  resume: ({ id }: Forward) => data(api.POST('/api/v1/learning/forwards/{id}/resume', { params: { path: { id } } })),
}

function TestWay({ id }: { id: string }) {
  const w = useLearningWords()
  const two = useTwo()
  const test = useMutation({ mutationFn: () => data(api.POST('/api/v1/learning/forwards/{id}/test', { params: { path: { id } } })) })
  const said = test.data && (test.data.is_good ? w('forwards.test_good', { versions: test.data.versions.join(', ') }) : test.data.error ? two(test.data.error) : w('forwards.test_bad', { status: test.data.status }))
  return (
    <>
      <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>{w('forwards.test')}</Button>
      {said && <small role="status">{said}</small>}
      <ProblemNote error={test.error} />
    </>
  )
}

export function ForwardAct({ forward, onRefused, onChange }: { forward: Forward; onRefused: () => void; onChange: () => void }) {
  const { t } = useTranslation()
  const w = useLearningWords()
  const cache = useQueryClient()
  const again = () => cache.invalidateQueries({ queryKey: ['forwards'] })
  const act = useMutation({ mutationFn: (step: Step) => steps[step](forward), onSuccess: again })
  const remove = useMutation({ mutationFn: () => api.DELETE('/api/v1/learning/forwards/{id}', { params: { path: { id: forward.id } } }), onSuccess: again })
  const { title } = forward
  return (
    <span className="bm-links">
      {forward.can_release && (
        <Popconfirm title={w('forwards.release_sure', { title, org: forward.org?.title ?? '', endpoint: forward.endpoint })} okText={w('forwards.release')} cancelText={t('action.cancel')} onConfirm={() => act.mutate('release')}>
          <Button size="small" type="primary">{w('forwards.release')}</Button>
        </Popconfirm>
      )}
      {forward.state === 'running' && <Button size="small" onClick={() => act.mutate('pause')}>{w('forwards.pause')}</Button>}
      {forward.state === 'paused' && <Button size="small" type="primary" onClick={() => act.mutate('resume')}>{w('forwards.resume')}</Button>}
      {forward.state === 'running' && forward.error !== undefined && <Button size="small" onClick={() => act.mutate('resume')}>{w('forwards.try_now')}</Button>}
      {forward.n_refused > 0 && <Button size="small" onClick={onRefused}>{w('forwards.see_refused')}</Button>}
      {forward.can_change && <TestWay id={forward.id} />}
      {forward.can_change && <Button size="small" onClick={onChange}>{w('forwards.change')}</Button>}
      {forward.can_change && (
        <Popconfirm title={w('forwards.remove_sure', { title })} okText={w('forwards.remove')} cancelText={t('action.cancel')} onConfirm={() => remove.mutate()}>
          <Button size="small" danger>{w('forwards.remove')}</Button>
        </Popconfirm>
      )}
      <ProblemNote error={act.error ?? remove.error} />
    </span>
  )
}
