// An organisation, chosen by name or code from the directory instead of typed as an id. With `typed`, one that the
// reader's directory does not show may be named as it is typed: a row takes names and codes.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useOrgTitle } from '@/shared/org-title'

type Props = { id: string; value: string; title?: string; status?: 'error'; disabled: boolean; typed?: boolean; onChange: (id: string) => void }

export function OrgInput({ id, value, title, status, disabled, typed, onChange }: Props) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const found = useQuery({
    queryKey: ['org-search', search],
    queryFn: () => data(api.GET('/api/v1/orgs', { params: { query: { q: search, limit: 20 } } })),
    enabled: search !== '',
  })
  const options = (found.data?.items ?? []).map((org) => ({ value: org.id, label: org.code ? `${org.title} (${org.code})` : org.title }))
  if (typed && search !== '' && found.data?.items.length === 0) options.push({ value: search, label: t('orgs.as_typed', { name: search }) })
  const known = value === '' || options.some((option) => option.value === value)
  const kept = useOrgTitle(known || title !== undefined ? '' : value)
  return (
    <Select
      id={id} status={status} disabled={disabled} value={value === '' ? undefined : value} loading={found.isFetching} onChange={onChange} placeholder={t('orgs.search')}
      showSearch={{ filterOption: false, onSearch: (text) => setSearch(text.trim()) }}
      notFoundContent={search === '' ? t('orgs.search') : t('orgs.none_found')}
      options={known ? options : [{ value, label: title ?? kept ?? value }, ...options]}
    />
  )
}
