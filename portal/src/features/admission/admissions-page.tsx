// Admissions: runs with their figures and who did what, a new run, check and publish, what one is placed at. What may be done is the server's to say.
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
import { Compare } from './compare'
import { Mine } from './mine'
import { NewRun } from './new-run'
import { Runs } from './runs'

function Chosen({ admission }: { admission: Admission }) {
  const me = useMe().data
  const runs = me?.rights.includes('admission.run') === true
  return (
    <>
      {runs && <NewRun admission={admission} />}
      <Runs admission={admission} />
      {runs && <Compare admission={admission} />}
    </>
  )
}

export default function AdmissionsPage() {
  const w = useAdmissionWords()
  const two = useTwo()
  const [id, setId] = useState('')
  const all = useQuery({ queryKey: ['admissions'], queryFn: () => data(api.GET('/api/v1/admissions')) })
  return (
    <Page title={w('title')} note={w('note')}>
      <Mine />
      <QueryView query={all} isEmpty={(list) => list.items.length === 0} empty={<EmptyState title={w('none')} hint={w('none_hint')} />}>
        {(list) => {
          const admission = list.items.find((one) => one.id === id) ?? list.items[0]
          return (
            <>
              {list.items.length > 1 && <Select aria-label={w('title')} value={admission?.id} options={list.items.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={setId} />}
              {admission !== undefined && <Chosen key={admission.id} admission={admission} />}
            </>
          )
        }}
      </QueryView>
    </Page>
  )
}
