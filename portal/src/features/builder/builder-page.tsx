// Dashboards that the city writes itself: the list of them, and the builder for one (?id=), a copy (?copy=) or a new one (?new=1).
import '@/shared/i18n/builder'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { BoardSource, BoardSources, DashboardRef } from '@/shared/api/types'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { Editor } from './editor'
import { builtOf, copyOf, emptyForm } from './form'
import { OwnList } from './own-list'

type Props = { sources: BoardSources; dashboards: DashboardRef[] }

/** The form comes as it is, in both languages: it is no answer to read but one to change. */
async function readSource(id: string): Promise<BoardSource> {
  const answer = await api.GET('/api/v1/dashboards/{id}/source', { params: { path: { id } } })
  if (answer.data === undefined) throw new Error('an answer without a body')
  return answer.data
}

function Kept({ source, copy, saved, sources, dashboards }: Props & { source: BoardSource; copy: boolean; saved?: string }) {
  const start = useMemo(() => {
    const form = source.form ?? emptyForm
    const unread = source.form === undefined ? source.yaml : null
    return copy || source.delivered ? builtOf(copyOf(form), 0, unread) : builtOf(form, source.version, unread)
  }, [source, copy])
  const name = `board ${copy ? 'copy ' : ''}${source.id} ${start.version}`
  return <Editor key={name} name={name} start={start} kinds={sources.kinds} dashboards={dashboards} saved={saved} />
}

function Existing({ id, copy, saved, ...rest }: Props & { id: string; copy: boolean; saved?: string }) {
  const source = useQuery({ queryKey: ['dashboard-source', id], queryFn: () => readSource(id), refetchOnWindowFocus: false })
  return <QueryView query={source}>{(one) => <Kept source={one} copy={copy} saved={saved} {...rest} />}</QueryView>
}

const fresh = builtOf(emptyForm, 0)

export default function BuilderPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const sources = useQuery({ queryKey: ['dashboard-sources'], queryFn: () => data(api.GET('/api/v1/dashboard-sources')) })
  const dashboards = useQuery({ queryKey: ['dashboards'], queryFn: () => data(api.GET('/api/v1/dashboards')) })
  const id = address.get('id') ?? address.get('copy')
  const isNew = address.get('new') === '1'
  const crumbs = [{ title: t('menu.dashboards'), to: '/dashboards' }, ...(id === null && !isNew ? [] : [{ title: t('menu.builder'), to: '/builder' }])]
  const title = id === null ? t(isNew ? 'builder.new' : 'menu.builder') : t(address.has('copy') ? 'builder.copying' : 'builder.editing', { id })
  return (
    <Page title={title} crumbs={crumbs} note={t('builder.note')}>
      <QueryView query={sources}>
        {(known) => (
          <QueryView query={dashboards}>
            {(list) => {
              if (id !== null) return <Existing id={id} copy={address.has('copy')} saved={address.get('saved') ?? undefined} sources={known} dashboards={list.items} />
              return isNew ? <Editor name="board new" start={fresh} kinds={known.kinds} dashboards={list.items} /> : <OwnList sources={known} dashboards={list.items} />
            }}
          </QueryView>
        )}
      </QueryView>
    </Page>
  )
}
