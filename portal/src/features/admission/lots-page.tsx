// Draws of lots, for those who run and publish: the list is fixed and its hash published, digits drawn in public are entered by two people, the file is there for everybody.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api, data } from '@/shared/api/client'
import type { Admission } from '@/shared/api/types'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Draw } from './draw'
import { NewLots } from './new-lots'
import { lotsKey } from './lots-key'

function Chosen({ admission }: { admission: Admission }) {
  const w = useAdmissionWords()
  const me = useMe().data
  const lots = useQuery({ queryKey: lotsKey(admission.id), queryFn: () => data(api.GET('/api/v1/admissions/{admission}/lotteries', { params: { path: { admission: admission.id } } })) })
  return (
    <>
      {me?.rights.includes('admission.run') === true && <NewLots admission={admission} />}
      <QueryView query={lots} isEmpty={(list) => list.items.length === 0} empty={<EmptyState title={w('lots.none')} hint={w('lots.none_hint')} />}>
        {(list) => <>{list.items.map((one) => <Draw key={one.id} lots={one} admission={admission} />)}</>}
      </QueryView>
    </>
  )
}

export default function LotsPage() {
  const w = useAdmissionWords()
  const two = useTwo()
  const [id, setId] = useState('')
  const all = useQuery({ queryKey: ['admissions'], queryFn: () => data(api.GET('/api/v1/admissions')) })
  const withLots = (all.data?.items ?? []).filter((one) => one.batches.some((batch) => batch.has_lottery))
  const admission = withLots.find((one) => one.id === id) ?? withLots[0]
  return (
    <Page title={w('lots.title')} note={w('lots.note')}>
      <QueryView query={all} isEmpty={() => admission === undefined} empty={<EmptyState title={w('lots.no_rules')} hint={w('none_hint')} />}>
        {() => (
          <>
            {withLots.length > 1 && <Select aria-label={w('title')} value={admission?.id} options={withLots.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={setId} />}
            {admission !== undefined && <Chosen key={admission.id} admission={admission} />}
          </>
        )}
      </QueryView>
    </Page>
  )
}
