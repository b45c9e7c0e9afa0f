// Under which of one's roles the session acts. Shown to those who hold several; the server narrows rights and rows.
import { useTranslation } from 'react-i18next'
import type { HeldRole, Me } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { useActAs } from '@/shared/session/use-act-as'
import { ProblemNote } from '@/shared/ui/problem-note'

const keyOf = (role: HeldRole) => `${role.role} ${role.org.id}`

export function RoleSwitch({ me, id }: { me: Me; id: string }) {
  const { t } = useTranslation()
  const two = useTwo()
  const actAs = useActAs()
  if (me.held.length < 2) return null
  const lost = me.acting !== undefined && me.roles.length === 0
  return (
    <div className="bm-role-switch">
      <label htmlFor={id}>{t('shell.act_as')}</label>
      <select
        id={id} className="bm-select" disabled={actAs.isPending} value={me.acting === undefined || lost ? '' : keyOf(me.acting)}
        onChange={(event) => actAs.mutate(me.held.find((role) => keyOf(role) === event.target.value) ?? null)}
      >
        <option value="">{lost ? t('shell.role_lost') : t('shell.all_roles', { n: me.held.length })}</option>
        {me.held.map((role) => <option key={keyOf(role)} value={keyOf(role)}>{two(role.title)} · {role.org.title}</option>)}
      </select>
      <ProblemNote error={actAs.error} />
    </div>
  )
}
