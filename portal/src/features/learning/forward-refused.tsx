// Statements that the other side of a forward refused, with its answer; all can be sent once more.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { api, data } from '@/shared/api/client'
import type { Forward, RefusedStatement } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

export function ForwardRefused({ forward, onClose }: { forward: Forward; onClose: () => void }) {
  const w = useLearningWords()
  const cache = useQueryClient()
  const { id } = forward
  const retry = useMutation({
    mutationFn: () => data(api.POST('/api/v1/learning/forwards/{id}/retry', { params: { path: { id } } })),
    onSuccess: () => Promise.all([cache.invalidateQueries({ queryKey: ['forwards'] }), cache.invalidateQueries({ queryKey: ['forward-refused', id] })]),
  })
  const columns: PlainColumn<RefusedStatement>[] = [
    { key: 'id', title: w('forwards.statement'), wide: true, render: (one) => <><code>{one.id}</code><br /><small>{one.org?.title} · {formatTime(one.at)}</small></> },
    { key: 'answer', title: w('forwards.answer'), wide: true, render: (one) => <>{one.retry && <Tag tone="blue">{w('forwards.retrying')}</Tag>}<p className="bm-forward-error">{one.answer}</p></> },
  ]
  return (
    <Drawer open title={w('forwards.refused_title', { title: forward.title })} onClose={onClose} size={720}>
      <p className="bm-foot">{w('forwards.refused_hint')}</p>
      <p><Button type="primary" loading={retry.isPending} onClick={() => retry.mutate()}>{w('forwards.retry')}</Button></p>
      <ProblemNote error={retry.error} />
      <Paged
        queryKey={['forward-refused', id]}
        fetchPage={(after) => data(api.GET('/api/v1/learning/forwards/{id}/refused', { params: { path: { id }, query: { after } } }))}
        empty={<EmptyState title={w('forwards.none_refused')} />}
      >
        {(items) => <PlainTable label={w('forwards.see_refused')} columns={columns} rows={items} rowKey={(one) => one.id} />}
      </Paged>
    </Drawer>
  )
}
