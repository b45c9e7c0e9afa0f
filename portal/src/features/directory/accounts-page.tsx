// Accounts: who may sign in. Switching one off ends its sessions.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Account } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useMe } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useAddress } from '@/shared/ui/search-params'
import { Tag } from '@/shared/ui/tag'
import { useRoleTitle } from './words'

function Switch({ account }: { account: Account }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const change = useMutation({
    mutationFn: () => {
      const params = { params: { path: { account: account.account } } }
      return account.enabled ? api.POST('/api/v1/accounts/{account}/disable', params) : api.POST('/api/v1/accounts/{account}/enable', params)
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: ['accounts'] }),
  })
  if (!account.enabled) {
    return <><Button size="small" loading={change.isPending} onClick={() => change.mutate()}>{t('accounts.enable')}</Button><ProblemNote error={change.error} /></>
  }
  return (
    <>
      <Popconfirm title={t('accounts.disable_sure', { name: account.name })} okText={t('accounts.disable')} cancelText={t('action.cancel')} onConfirm={() => change.mutate()}>
        <Button size="small" danger loading={change.isPending}>{t('accounts.disable')}</Button>
      </Popconfirm>
      <ProblemNote error={change.error} />
    </>
  )
}

export default function AccountsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const roleTitle = useRoleTitle()
  const [address, change] = useAddress()
  const q = address.get('q') ?? ''
  const columns: PlainColumn<Account>[] = [
    { key: 'account', title: t('accounts.account'), render: (account) => <code>{account.account}</code> },
    { key: 'name', title: t('people.name'), render: (account) => account.name },
    { key: 'roles', title: t('people.roles'), render: (account) => account.roles.map(roleTitle).join(t('list.comma')) },
    { key: 'state', title: t('accounts.state'), render: (account) => <Tag tone={account.enabled ? 'green' : 'grey'}>{t(account.enabled ? 'accounts.enabled' : 'accounts.disabled')}</Tag> },
    { key: 'last', title: t('accounts.last'), render: (account) => formatTime(account.last_sign_in) || t('accounts.never') },
    { key: 'switch', title: t('accounts.action'), render: (account) => (account.account === me.data?.account ? t('accounts.self') : <Switch account={account} />) },
  ]
  return (
    <Page title={t('menu.accounts')} note={t('accounts.note')}>
      <div className="bm-query">
        <Input.Search aria-label={t('accounts.search')} placeholder={t('accounts.search')} defaultValue={q} allowClear onSearch={(text) => change({ q: text.trim() })} />
      </div>
      <Paged queryKey={['accounts', q]} fetchPage={(after) => data(api.GET('/api/v1/accounts', { params: { query: { q: q || undefined, after } } }))}>
        {(accounts) => <PlainTable label={t('menu.accounts')} columns={columns} rows={accounts} rowKey={(account) => account.account} />}
      </Paged>
    </Page>
  )
}
