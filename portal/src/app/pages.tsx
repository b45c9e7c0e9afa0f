// Chooses what to draw: the sign-in, a page inside the shell, or the place that an older or deeper address means.
import { lazy, Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { useMe } from '@/shared/session/use-me'
import { Guard } from '@/shared/ui/guard'
import { EmptyState, ErrorState, LoadingState } from '@/shared/ui/states'
import { deepLink } from './deep-link'
import { routes } from './routes'

const VerifyLottery = lazy(() => import('@/features/admission/verify-page')) // for everybody, signed in or not
const SignIn = lazy(() => import('@/features/session/sign-in-page'))
const FirstPassword = lazy(() => import('@/features/session/first-password-page'))
const Shell = lazy(() => import('./shell'))

function Elsewhere() {
  const { t } = useTranslation()
  const location = useLocation()
  const target = deepLink(location.pathname, location.search)
  return target === null ? <EmptyState title={t('page.not_found')} hint={t('page.not_found_hint')} /> : <Navigate to={target} replace />
}

function ScrollToTop() {
  const { pathname } = useLocation()
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [pathname])
  return null
}

function Bare({ route }: { route: (typeof routes)[number] }) {
  const PageOf = route.page
  return <Suspense fallback={<LoadingState />}>{route.right === undefined ? <PageOf /> : <Guard right={route.right}><PageOf /></Guard>}</Suspense>
}

export function Pages() {
  const me = useMe()
  const { pathname } = useLocation()
  if (pathname === '/verify-lottery') return <Suspense fallback={<LoadingState />}><VerifyLottery /></Suspense>
  if (me.data === undefined) {
    return <main className="bm-alone">{me.error ? <ErrorState error={me.error} retry={() => void me.refetch()} /> : <LoadingState rows={3} />}</main>
  }
  if (me.data === null) return <Suspense fallback={null}><SignIn /></Suspense>
  if (me.data.must_change_password) return <Suspense fallback={null}><FirstPassword /></Suspense>
  const bare = routes.find((route) => route.bare === true && pathname === `/${route.path}`)
  if (bare !== undefined) return <Bare route={bare} />
  return (
    <Suspense fallback={<LoadingState />}>
      <ScrollToTop />
      <Shell me={me.data}>
        <Suspense fallback={<LoadingState />}>
          <Routes>
            {routes.map(({ path, right, page: PageOf }) => (
              <Route key={path} path={`/${path}`} element={right === undefined ? <PageOf /> : <Guard right={right}><PageOf /></Guard>} />
            ))}
            <Route path="*" element={<Elsewhere />} />
          </Routes>
        </Suspense>
      </Shell>
    </Suspense>
  )
}
