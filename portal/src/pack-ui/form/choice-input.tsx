// What a form offers instead of typing: found by a few letters or by pinyin; what stands there is shown by its title. Several values stand between commas.
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChoiceItem } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'

/** Where the choices of an input come from. `key` changes with what narrows them. */
export type Offer = { key: string[]; many: boolean; chosen: ChoiceItem[]; find: (typed: string) => Promise<ChoiceItem[]> }
type Props = { id: string; value: string; offer: Offer; status?: 'error'; disabled: boolean; required: boolean; onChange: (value: string) => void }
const longestTyped = 20

/** The values that a text names. */
export function partsOf(text: string, many: boolean): string[] {
  return (many ? text.split(',') : [text]).map((part) => part.trim()).filter((part) => part !== '')
}

export function ChoiceInput({ id, value, offer, status, disabled, required, onChange }: Props) {
  const { t } = useTranslation()
  const two = useTwo()
  const [search, setSearch] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [known, setKnown] = useState<ChoiceItem[]>([]) // what was chosen here, until the server tells its title
  const found = useQuery({ queryKey: ['choices', ...offer.key, search], queryFn: () => offer.find(search), enabled: isOpen && !disabled, staleTime: 60_000, placeholderData: (old, before) => (before?.queryKey.slice(1, -1).join('\n') === offer.key.join('\n') ? old : undefined) })
  const items = found.data ?? []
  const values = partsOf(value, offer.many)
  const named = [...items, ...offer.chosen, ...known]
  const missing = values.filter((one) => !items.some((item) => item.value === one)).map((one) => named.find((item) => item.value === one) ?? { value: one, title: { zh: one, en: one }, hint: '' })
  const label = (item: ChoiceItem) => (item.hint === '' ? two(item.title) : t('choice.with_hint', { title: two(item.title), hint: item.hint }))
  const choose = (next: string[]) => {
    setKnown(next.flatMap((one) => named.find((item) => item.value === one) ?? []))
    setSearch('')
    onChange(next.join(','))
  }
  const shared = {
    id, status, disabled, loading: found.isFetching, allowClear: !required, onOpenChange: setOpen,
    showSearch: { filterOption: false as const, searchValue: search, onSearch: (text: string) => setSearch(text.slice(0, longestTyped)) },
    notFoundContent: found.isFetching ? t('state.loading') : found.error ? t('error.unexpected') : t('choice.none'),
    options: [...(search === '' ? missing : []), ...items].map((item) => ({ value: item.value, label: label(item) })),
    labelRender: ({ value: of, label: shown }: { value: string | number; label?: unknown }) => <>{(shown as string | undefined) ?? label(named.find((item) => item.value === String(of)) ?? { value: String(of), title: { zh: String(of), en: String(of) }, hint: '' })}</>,
    placeholder: t('choice.search'),
  }
  if (offer.many) return <Select mode="multiple" {...shared} value={values} onChange={choose} />
  return <Select {...shared} value={values[0]} onChange={(next?: string) => choose(next === undefined ? [] : [next])} />
}
