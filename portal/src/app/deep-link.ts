// Addresses as the server names things (/datasets/{id}, /dashboards/{id}, /orgs/{id}) become the portal's one-segment pages.

const pages: Record<string, { page: string; parts: Record<string, string> }> = {
  datasets: { page: '/dataset', parts: { import: '/import', quarantine: '/quarantine' } },
  dashboards: { page: '/dashboard', parts: {} },
  orgs: { page: '/org', parts: {} },
  people: { page: '/person', parts: {} },
  cases: { page: '/case', parts: {} },
  jobs: { page: '/import', parts: {} },
}

/** The portal's address of a server path below the base, or null if it names nothing. */
export function deepLink(pathname: string, search: string): string | null {
  const [kind, id, part] = pathname.split('/').filter((segment) => segment !== '')
  const known = kind === undefined ? undefined : pages[kind]
  if (known === undefined || id === undefined) return null
  const page = part === undefined ? known.page : known.parts[part]
  if (page === undefined) return null
  const query = new URLSearchParams(search)
  query.set(kind === 'jobs' ? 'job' : 'id', decodeURIComponent(id))
  return `${page}?${query.toString()}`
}
