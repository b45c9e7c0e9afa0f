// Roles granted to an account, each in an organisation. What the person's memberships give is told, and is not changed here.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api } from '@/shared/api/client'
import type { Account } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { useOrgTitle } from '@/shared/org-title'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useRoleTitle } from './words'

type Line = { role: string; org: string; title: string }

function GrantLine({ role, line }: { role: string; line: Line }) {
  const { t } = useTranslation()
  const fresh = useOrgTitle(line.title === '' ? line.org : '')
  return <span>{role} · {line.title || fresh || line.org} {line.title === '' && <small>{t('accounts.new_grant')}</small>}</span>
}

export function GrantsForm({ account }: { account: Account }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const roleTitle = useRoleTitle()
  const roles = Object.keys(t('role', { returnObjects: true }))
  const before = useMemo(() => ({ lines: account.grants.map((grant): Line => ({ role: grant.role, org: grant.org.id, title: grant.org.title })), role: '', org: '' }), [account.grants])
  const [draft, change, clear] = useDraft(`grants ${account.account}`, before)
  const save = useMutation({
    mutationFn: () => api.PUT('/api/v1/accounts/{account}/grants', {
      params: { path: { account: account.account } }, body: { grants: draft.lines.map(({ role, org }) => ({ role, org })) },
    }),
    onSuccess: () => {
      clear()
      void cache.invalidateQueries({ queryKey: ['accounts'] })
    },
  })
  const add = () => change({ lines: [...draft.lines, { role: draft.role, org: draft.org, title: '' }], role: '', org: '' })
  const byMembership = account.roles.filter((role) => !account.grants.some((grant) => grant.role === role))
  return (
    <section aria-labelledby="grants">
      <h3 id="grants">{t('accounts.grants')}</h3>
      {byMembership.length > 0 && <p>{t('accounts.by_membership', { roles: [...new Set(byMembership)].map(roleTitle).join(t('list.comma')) })}</p>}
      <ul className="bm-note-list">
        {draft.lines.map((line, index) => (
          <li key={`${line.role} ${line.org}`}>
            <GrantLine role={roleTitle(line.role)} line={line} />
            <Button size="small" onClick={() => change({ lines: draft.lines.filter((_, at) => at !== index) })}>{t('accounts.take_away')}</Button>
          </li>
        ))}
      </ul>
      <div className="bm-steps-line">
        <label htmlFor="grant-role">{t('people.roles')}<Select id="grant-role" value={draft.role || undefined} onChange={(role: string) => change({ role })} options={roles.map((role) => ({ value: role, label: roleTitle(role) }))} /></label>
        <label htmlFor="grant-org">{t('people.org')}<OrgInput id="grant-org" value={draft.org} disabled={save.isPending} onChange={(org) => change({ org })} /></label>
        <Button disabled={draft.role === '' || draft.org === ''} onClick={add}>{t('accounts.add_grant')}</Button>
      </div>
      <ProblemNote error={save.error} />
      {save.isSuccess && <p role="status" className="bm-done">{t('accounts.granted')}</p>}
      <div className="bm-form-foot">
        <Button onClick={clear}>{t('action.cancel')}</Button>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>{t('accounts.save_grants')}</Button>
      </div>
    </section>
  )
}
