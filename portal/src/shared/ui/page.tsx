// A page: where it stands, its name, its actions, its content. Sets the title of the window.
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

export type Crumb = { title: string; to?: string }
type Props = { title: string; crumbs?: Crumb[]; note?: ReactNode; actions?: ReactNode; children: ReactNode }

export function Page({ title, crumbs, note, actions, children }: Props) {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${title} - ${t('app.name')}`
  }, [title, t])
  return (
    <div className="bm-page">
      {crumbs && (
        <nav aria-label={t('page.crumbs')}>
          <ol className="bm-crumbs">
            {crumbs.map((crumb) => <li key={crumb.title}>{crumb.to ? <Link to={crumb.to}>{crumb.title}</Link> : crumb.title}</li>)}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <header className="bm-page-head">
        <div>
          <h1>{title}</h1>
          {note && <p className="bm-page-note">{note}</p>}
        </div>
        {actions && <div className="bm-page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
