// What the security administrator does with an account: roles with their organisations, one-time password, unlock, sessions.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Account } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'
import { AccountSessions } from './account-sessions'
import { GrantsForm } from './grants-form'
import { OneTime } from './one-time'

export function AccountDrawer({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const params = { path: { account: account.account } }
  const reset = useMutation({
    mutationFn: () => data(api.POST('/api/v1/accounts/{account}/reset-password', { params })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['account-sessions', account.account] }),
  })
  const unlock = useMutation({ mutationFn: () => api.POST('/api/v1/accounts/{account}/unlock', { params }) })
  return (
    <Drawer open onClose={onClose} title={t('accounts.secure_title', { account: account.account })} size={520}>
      <div className="bm-stack">
        <GrantsForm account={account} />
        <section aria-labelledby="letting-in">
          <h3 id="letting-in">{t('accounts.letting_in')}</h3>
          <div className="bm-links">
            <Popconfirm title={t('accounts.reset_sure', { account: account.account })} okText={t('accounts.reset')} cancelText={t('action.cancel')} onConfirm={() => reset.mutate()}>
              <Button loading={reset.isPending}>{t('accounts.reset')}</Button>
            </Popconfirm>
            <Button loading={unlock.isPending} onClick={() => unlock.mutate()}>{t('accounts.unlock')}</Button>
          </div>
          <ProblemNote error={reset.error ?? unlock.error} />
          {reset.data && <OneTime secret={reset.data} />}
          {unlock.isSuccess && <p role="status" className="bm-done">{t('accounts.unlocked')}</p>}
        </section>
        <AccountSessions account={account.account} />
      </div>
    </Drawer>
  )
}
