// As whom the pictures are drawn: oneself, or somebody with one role in one place, who sees no more than oneself.
import { useTranslation } from 'react-i18next'
import { OrgInput } from '@/pack-ui/form/org-input'
import { useMe } from '@/shared/session/use-me'
import { Choice } from '@/shared/ui/choice'
import { cityRoles, figureRoles } from './roles'
import type { As } from './use-builder'

export function LookAs({ as, onChange }: { as: As | null; onChange: (as: As | null) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const city = me.data?.roles.find((held) => cityRoles.includes(held.role))?.org.id ?? ''
  const choose = (role: string | undefined) => onChange(role === undefined ? null : { role, org: cityRoles.includes(role) ? city : '' })
  return (
    <div className="bm-query">
      <Choice label={t('builder.look_as')} empty={t('builder.myself')} value={as?.role ?? ''} options={figureRoles.map((role) => ({ value: role, label: t(`role.${role}`) }))} onChange={choose} />
      {as !== null && !cityRoles.includes(as.role) && (
        <div className="bm-labelled bm-look-org"><label htmlFor="look-org">{t('builder.look_org')}</label><OrgInput id="look-org" value={as.org} disabled={false} onChange={(org) => onChange({ ...as, org })} /></div>
      )}
      {as !== null && as.org === '' && <span role="status">{t('builder.choose_org')}</span>}
    </div>
  )
}
