// A person, found by the start of a name or a whole code among those whom the reader may see (of one organisation, if `org` names it). What is kept is the code, or the id.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'

type Props = { id?: string; label?: string; value: string; title?: string; status?: 'error'; disabled: boolean; open?: boolean; onChange: (code: string) => void; onClose?: () => void; keep?: 'code' | 'id'; org?: string }

export function PersonInput({ id, label, value, title, status, disabled, open, onChange, onClose, keep = 'code', org }: Props) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const found = useQuery({
    queryKey: ['person-search', search, ...(org === undefined ? [] : [org])],
    queryFn: () => data(api.GET('/api/v1/people', { params: { query: { q: search, limit: 20, org } } })),
    enabled: search !== '',
  })
  const options = (found.data?.items ?? []).map((person) => ({ value: keep === 'id' ? person.id : person.code ?? person.name, label: [person.name, person.code, person.org?.title].filter(Boolean).join(' ') }))
  const known = value === '' || options.some((option) => option.value === value)
  return (
    <Select
      id={id} aria-label={label} status={status} disabled={disabled} value={value === '' ? undefined : value} loading={found.isFetching} onChange={onChange} placeholder={t('people.search_code')}
      autoFocus={open} defaultOpen={open} onBlur={onClose} showSearch={{ filterOption: false, onSearch: (text) => setSearch(text.trim()) }}
      notFoundContent={search === '' ? t('people.search_code') : found.error ? t('error.unexpected') : t('people.none')}
      options={known ? options : [{ value, label: title || value }, ...options]}
    />
  )
}
