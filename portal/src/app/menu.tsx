import { useTranslation } from 'react-i18next'
import { NavLink, useLocation } from 'react-router'
import type { Me } from '@/shared/api/types'
import { menuIcons } from './menu-icons'
import { openTo } from './routes'

const groups = ['work', 'data', 'govern'] as const
const parents: Record<string, string> = { '/dataset': '/datasets', '/import': '/datasets', '/lineage': '/datasets', '/dashboard': '/dashboards', '/ask-words': '/ask', '/org': '/orgs', '/person': '/people', '/timeline': '/learning', '/course': '/courses', '/service': '/services', '/cases': '/services', '/case': '/services', '/figures': '/work', '/delegations': '/work', '/review': '/work', '/recipes': '/tools' }

/** The menu that the rights of the signed-in person allow. */
export function Menu({ me, label, onGo }: { me: Me; label: string; onGo?: () => void }) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const here = parents[pathname] ?? pathname
  return (
    <nav aria-label={label} className="bm-menu">
      {groups.map((group) => {
        const entries = openTo(me).filter((route) => route.group === group)
        if (entries.length === 0) return null
        return (
          <section key={group}>
            <h2>{t(`menu.group.${group}`)}</h2>
            <ul>
              {entries.map(({ path, menu }) => {
                if (menu === undefined) return null
                const Icon = menuIcons[menu]
                const current = here === `/${path}`
                return (
                  <li key={path}>
                    <NavLink to={`/${path}`} end aria-current={current ? 'page' : undefined} className={current ? 'bm-here' : undefined} onClick={onGo}>
                      <Icon aria-hidden="true" />{t(`menu.${menu}`)}
                    </NavLink>
                  </li>
                )
              })}
            </ul>
          </section>
        )
      })}
    </nav>
  )
}
