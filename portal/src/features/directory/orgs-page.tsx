import '@/pack-ui/pack-ui.css'
import { Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { useAddress } from '@/shared/ui/search-params'
import { OrgDetail } from './org-detail'
import { OrgLevel } from './org-tree'

export default function OrgsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [address, change] = useAddress()
  const search = address.get('q') ?? ''
  const chosen = address.get('id') ?? me.data?.org?.id
  return (
    <Page title={t('menu.orgs')} note={t('orgs.note')}>
      <div className="bm-query">
        <Input.Search
          aria-label={t('orgs.search')} placeholder={t('orgs.search')} defaultValue={search} allowClear
          onSearch={(text) => change({ q: text.trim() })}
        />
      </div>
      <div className="bm-split">
        <section className="bm-panel" aria-label={t('orgs.tree')}>
          <OrgLevel key={search} search={search} chosen={chosen} open onChoose={(id) => change({ id })} />
        </section>
        {chosen && <OrgDetail id={chosen} onChoose={(id) => change({ id })} />}
      </div>
    </Page>
  )
}
