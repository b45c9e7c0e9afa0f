// The draft of a case's form for as long as the form stands on the page.
import { useEffect, useState, useSyncExternalStore } from 'react'
import { api, data } from '@/shared/api/client'
import type { Case, Field } from '@/shared/api/types'
import { useConnectionLost } from '@/shared/connection'
import { useTwo } from '@/shared/i18n/use-two'
import { CaseDraft, type DraftView } from './case-draft'
import { readCase, useTakeIn } from './queries'

export function useCaseDraft(one: Case, fields: Field[]): { draft: CaseDraft; view: DraftView } {
  const two = useTwo()
  const takeIn = useTakeIn()
  const lost = useConnectionLost()
  const [draft] = useState(() => new CaseDraft(one, fields, {
    read: () => readCase(one.id),
    save: async (seq, values) => {
      const saved = await data(api.PATCH('/api/v1/cases/{case}', { params: { path: { case: one.id } }, body: { seq, values } }))
      takeIn(saved)
      return saved
    },
  }, two))
  const view = useSyncExternalStore(draft.subscribe, draft.snapshot)
  useEffect(() => draft.meet(one), [draft, one])
  useEffect(() => {
    if (!lost) void draft.flush()
    return () => void draft.flush() // what is left behind is sent
  }, [draft, lost])
  return { draft, view }
}
