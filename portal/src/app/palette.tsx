// Ctrl+K: one search over the menu, datasets, metrics, dashboards, targets and organisations. A combobox with a listbox (WAI-ARIA 1.2): arrows
// choose, Enter opens, Escape closes.
import SearchOutlined from '@ant-design/icons/es/icons/SearchOutlined'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Me } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { openTo } from './routes'

type Choice = { kind: string; title: string; note: string; link: string }

function useChoices(me: Me, q: string): { choices: Choice[]; error: unknown; busy: boolean } {
  const { t } = useTranslation()
  const two = useTwo()
  const hits = useQuery({
    queryKey: ['search', q],
    queryFn: () => data(api.GET('/api/v1/search', { params: { query: { q } } })),
    enabled: q !== '', placeholderData: (old) => old,
  })
  const words = q.toLowerCase()
  const menu = openTo(me).map(({ path, menu: word }) => ({ kind: 'menu', title: word === undefined ? '' : t(`menu.${word}`), note: '', link: `/${path}` }))
  const found = menu.filter((entry) => entry.title.toLowerCase().includes(words))
  const items = q === '' ? [] : (hits.data?.items ?? [])
  return { choices: [...found, ...items.map((hit) => ({ kind: hit.kind, title: two(hit.title), note: two(hit.note), link: hit.link }))], error: hits.error, busy: hits.isFetching }
}

export function Palette({ me }: { me: Me }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const dialog = useRef<HTMLDialogElement>(null)
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const { choices, error, busy } = useChoices(me, useDeferredValue(text.trim()))
  const kinds = t('search.kind', { returnObjects: true }) as Record<string, string>
  const show = () => {
    setText('')
    setAt(0)
    setOpen(true)
  }
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      show()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  useEffect(() => {
    document.getElementById(`search-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const go = (choice?: Choice) => {
    if (choice === undefined) return
    setOpen(false)
    void navigate(choice.link)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && choices.length > 0) {
      event.preventDefault()
      setAt((at + step + choices.length) % choices.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(choices[at])
    }
  }
  return (
    <>
      <button type="button" className="bm-search-button" aria-keyshortcuts="Control+K" onClick={show}>
        <SearchOutlined aria-hidden="true" /><span className="bm-search-word">{t('search.open')}</span> <kbd>Ctrl K</kbd>
      </button>
      <dialog ref={dialog} className="bm-palette" aria-label={t('search.open')} onClose={() => setOpen(false)} onClick={(event) => event.target === dialog.current && setOpen(false)}>
        {open && (
          <>
            <input
              className="bm-input" role="combobox" aria-expanded={choices.length > 0} aria-controls="search-list" aria-autocomplete="list" autoFocus autoComplete="off"
              aria-activedescendant={choices.length > 0 ? `search-${at}` : undefined} aria-label={t('search.label')} placeholder={t('search.label')}
              value={text} onKeyDown={onKeyDown}
              onChange={(event) => {
                setText(event.target.value)
                setAt(0)
              }}
            />
            <ul id="search-list" role="listbox" aria-label={t('search.found')}>
              {choices.map((choice, index) => (
                <li
                  key={`${choice.kind} ${choice.link} ${choice.title}`} id={`search-${index}`} role="option" aria-selected={index === at}
                  onMouseMove={() => setAt(index)} onClick={() => go(choice)}
                >
                  <span className="bm-palette-kind">{kinds[choice.kind] ?? choice.kind}</span> {choice.title} {choice.note !== '' && <small>{choice.note}</small>}
                </li>
              ))}
            </ul>
            <p role="status" className="bm-foot">{choices.length > 0 ? t('search.n', { n: choices.length }) : busy ? t('state.loading') : text === '' ? '' : t('search.none')}</p>
            <ProblemNote error={error} />
          </>
        )}
      </dialog>
    </>
  )
}
