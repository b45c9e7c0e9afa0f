// Switches an account on, or off with all its sessions and tokens.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { api } from '@/shared/api/client'
import type { Account } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'

export function AccountSwitch({ account }: { account: Account }) {
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
      <Popconfirm title={t('accounts.disable_sure', { name: account.name || account.account })} okText={t('accounts.disable')} cancelText={t('action.cancel')} onConfirm={() => change.mutate()}>
        <Button size="small" danger loading={change.isPending}>{t('accounts.disable')}</Button>
      </Popconfirm>
      <ProblemNote error={change.error} />
    </>
  )
}
