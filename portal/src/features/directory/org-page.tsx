// One organisation on one page: where it stands, people, what the packs show of it (conditions, trends), quality, plan, history, and its changes.
import '@/shared/i18n/plan'
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useMe, useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { OrgBoard } from './org-board'
import { OrgChangeDrawer, type Change } from './org-change-drawer'
import { OrgContact } from './org-contact'
import { OrgFacts } from './org-facts'
import { OrgHistory } from './org-history'
import { OrgMakeDrawer } from './org-make-drawer'
import { OrgPeople } from './org-people'
import { OrgPlan } from './org-plan'
import { OrgQuality } from './org-quality'

export default function OrgPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [address] = useAddress()
  const [changing, setChanging] = useState<Change | 'create' | 'rename' | null>(null)
  const id = address.get('id') ?? me.data?.org?.id ?? ''
  const org = useQuery({ queryKey: ['org', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}', { params: { path: { id } } })) })
  const face = useQuery({ queryKey: ['org-page', id], queryFn: () => data(api.GET('/api/v1/orgs/{id}/page', { params: { path: { id } } })) })
  const quality = useRight('quality.read')
  const plan = useRight('plan.read')
  const figures = useRight('metrics.read')
  const above = (org.data?.path ?? []).filter((step) => step.id !== id)
  const acts = [
    ...(org.data?.can_manage && org.data.may_contain.length > 0 ? ['create' as const] : []),
    ...(org.data?.can_manage ? ['rename', 'move', 'merge'] as const : []),
    ...(org.data?.can_close ? ['close' as const] : []),
  ]
  const actions = acts.length > 0 && acts.map((act) => <Button key={act} danger={act === 'close'} onClick={() => setChanging(act)}>{t(`org_change.${act}`)}</Button>)
  return (
    <Page
      title={org.data?.title ?? t('orgs.detail')} actions={actions}
      crumbs={[{ title: t('menu.orgs'), to: '/orgs' }, ...above.map((step) => ({ title: step.title, to: `/org?id=${step.id}` }))]}
    >
      <QueryView query={org}>{(one) => <><OrgFacts org={one} /><OrgContact org={one} /></>}</QueryView>
      <QueryView query={face}>
        {({ people, boards }) => (
          <>
            <OrgPeople org={id} people={people} />
            {boards.map((board) => <OrgBoard key={board.id} board={board} />)}
          </>
        )}
      </QueryView>
      {quality && <OrgQuality org={id} />}
      {plan && figures && org.data && <OrgPlan org={org.data} />}
      <OrgHistory org={id} />
      {org.data && (changing === 'create' || changing === 'rename') && <OrgMakeDrawer key={changing} org={org.data} what={changing} onClose={() => setChanging(null)} />}
      {org.data && (changing === 'move' || changing === 'merge' || changing === 'close') && <OrgChangeDrawer key={changing} org={org.data} what={changing} onClose={() => setChanging(null)} />}
    </Page>
  )
}
