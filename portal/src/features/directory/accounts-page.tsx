// Accounts, for the three administrators: the system administrator opens and closes them, the security administrator says what they may do and lets
// owners back in, the audit administrator reads.
import '@/pack-ui/pack-ui.css'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Account } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useMe, useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { useAddress } from '@/shared/ui/search-params'
import { Tag } from '@/shared/ui/tag'
import { AccountDrawer } from './account-drawer'
import { AccountSwitch } from './account-switch'
import { OpenAccountDrawer } from './open-account-drawer'
import { useRoleTitle } from './words'

export default function AccountsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const opens = useRight('accounts.manage')
  const secures = useRight('security.manage')
  const roleTitle = useRoleTitle()
  const [address, change] = useAddress()
  const [opening, setOpening] = useState(false)
  const [chosen, setChosen] = useState<Account | null>(null)
  const q = address.get('q') ?? ''
  const action = (account: Account) => {
    if (account.account === me.data?.account) return t('accounts.self')
    if (opens) return <AccountSwitch account={account} />
    return secures ? <Button size="small" onClick={() => setChosen(account)}>{t('accounts.secure')}</Button> : t('value.none')
  }
  const columns: PlainColumn<Account>[] = [
    { key: 'account', title: t('accounts.account'), render: (account) => <code>{account.account}</code> },
    { key: 'name', title: t('people.name'), render: (account) => account.name },
    { key: 'roles', title: t('people.roles'), wide: true, render: (account) => (account.roles.length === 0 ? <Tag tone="amber">{t('accounts.no_role')}</Tag> : [...new Set(account.roles)].map(roleTitle).join(t('list.comma'))) },
    { key: 'state', title: t('accounts.state'), render: (account) => <Tag tone={account.enabled ? 'green' : 'grey'}>{t(account.enabled ? 'accounts.enabled' : 'accounts.disabled')}</Tag> },
    { key: 'last', title: t('accounts.last'), render: (account) => formatTime(account.last_sign_in) || t('accounts.never') },
    { key: 'switch', title: t('accounts.action'), render: action },
  ]
  const note = opens ? t('accounts.note_system') : secures ? t('accounts.note_security') : t('accounts.note_audit')
  return (
    <Page title={t('menu.accounts')} note={note} actions={opens && <Button type="primary" onClick={() => setOpening(true)}>{t('accounts.open')}</Button>}>
      <div className="bm-query">
        <Input.Search aria-label={t('accounts.search')} placeholder={t('accounts.search')} defaultValue={q} allowClear onSearch={(text) => change({ q: text.trim() })} />
      </div>
      <Paged queryKey={['accounts', q]} fetchPage={(after) => data(api.GET('/api/v1/accounts', { params: { query: { q: q || undefined, after } } }))}>
        {(accounts) => <PlainTable label={t('menu.accounts')} columns={columns} rows={accounts} rowKey={(account) => account.account} />}
      </Paged>
      {opening && <OpenAccountDrawer onClose={() => setOpening(false)} />}
      {chosen && <AccountDrawer key={chosen.account} account={chosen} onClose={() => setChosen(null)} />}
    </Page>
  )
}
