// Shared data: what an organisation holds of others', and for who answers for data, who holds them. What has ended is shown when asked for.
import '@/pack-ui/pack-ui.css'
import './shares.css'
import { Checkbox } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Share } from '@/shared/api/types'
import { useShareWords } from '@/shared/i18n/shares'
import { useMe } from '@/shared/session/use-me'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { useShares, type ShareView } from './queries'
import { ShareCard } from './share-card'

const views = ['held', 'given'] as const

export default function SharesPage() {
  const w = useShareWords()
  const { t } = useTranslation()
  const me = useMe()
  const [address, change] = useAddress()
  const [all, setAll] = useState(false)
  const [ended, setEnded] = useState<Share | null>(null)
  const usual: ShareView = me.data?.roles.some(({ role }) => role === 'city_officer') ? 'given' : 'held'
  const view = views.find((one) => one === address.get('view')) ?? usual
  const shares = useShares(view)
  const shown = (items: Share[]) => items.filter((share) => all || share.state === 'living')
  return (
    <Page title={w(view)} note={w(`note_${view}`)}>
      <p className="bm-tags">
        <Choice label={w('view')} value={view} options={views.map((value) => ({ value, label: w(value) }))} onChange={(value) => change({ view: value ?? usual })} />
        <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>{w('show_ended')}</Checkbox>
      </p>
      {ended && <p className="bm-done" role="status">{w('ended_now', { holder: ended.holder?.title ?? '' })}</p>}
      <QueryView query={shares} isEmpty={({ items }) => shown(items).length === 0} empty={<EmptyState title={w(`none_${view}`)} hint={view === 'held' ? w('none_held_hint') : undefined} action={view === 'held' ? <Link to="/services">{t('menu.services')}</Link> : undefined} />}>
        {({ items }) => <>{shown(items).map((share) => <ShareCard key={share.id} share={share} view={view} onEnded={() => setEnded(share)} />)}</>}
      </QueryView>
    </Page>
  )
}
