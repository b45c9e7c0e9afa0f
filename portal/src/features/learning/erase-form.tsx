// All learning records of a person: counted, then ordered to go.
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { PersonInput } from '@/pack-ui/form/person-input'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Counted } from './counted'
import { useErasure } from './removals'

export function EraseForm() {
  const w = useLearningWords()
  const [person, setPerson] = useState('')
  const { count, order, reset } = useErasure()
  const known = useQuery({ queryKey: ['person', person], queryFn: () => data(api.GET('/api/v1/people/{id}', { params: { path: { id: person } } })), enabled: person !== '', retry: false })
  const choose = (id: string) => {
    setPerson(id)
    reset()
  }
  return (
    <section className="bm-panel">
      <h2>{w('keep.erase_title')}</h2>
      <p>{w('keep.erase_note')}</p>
      <div className="bm-form">
        <div><label htmlFor="erase-person">{w('keep.person')}</label><PersonInput id="erase-person" keep="id" value={person} title={known.data?.name} disabled={order.isPending} onChange={choose} /></div>
        <ProblemNote error={count.error} />
        {!count.data && <div className="bm-form-foot"><Button disabled={person === ''} loading={count.isPending} onClick={() => { order.reset(); count.mutate({ person }) }}>{w('keep.count')}</Button></div>}
      </div>
      {count.data && known.data && <Counted answer={count.data} word={known.data.name} label={w('keep.erase_do')} busy={order.isPending} error={order.error} onOrder={(reason) => order.mutate({ person, reason })} />}
      {order.isSuccess && <p role="status">{w('keep.ordered')}</p>}
    </section>
  )
}
