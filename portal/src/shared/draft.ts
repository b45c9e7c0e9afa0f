// Nothing typed is lost on a reload: what stands in a form is kept for the tab until it is sent or given up. Never for passwords.
import { useCallback, useEffect, useState } from 'react'

const prefix = 'banmo.draft.'

function read<T>(key: string, empty: T): T {
  try {
    const kept = sessionStorage.getItem(prefix + key)
    return kept === null ? empty : ({ ...empty, ...(JSON.parse(kept) as T) })
  } catch {
    return empty
  }
}

/** Takes away every draft of the tab: another person is in place, or nobody. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key)
  } catch {
    // A closed storage holds nothing.
  }
}

/**
 * A form's values, kept under a name of its own ("org-move <id>"). Gives the values, a setter of some of them, and `clear`, called when they were sent.
 * `empty` must be an object of plain values and the same at each call.
 */
export function useDraft<T extends object>(key: string, empty: T): [T, (changes: Partial<T>) => void, () => void] {
  const [draft, setDraft] = useState(() => ({ key, values: read(key, empty) }))
  const values = draft.key === key ? draft.values : read(key, empty)
  useEffect(() => {
    if (draft.key !== key) setDraft({ key, values: read(key, empty) })
  }, [draft.key, key, empty])
  const change = useCallback((changes: Partial<T>) => {
    setDraft((old) => {
      const next = { ...(old.key === key ? old.values : read(key, empty)), ...changes }
      try {
        sessionStorage.setItem(prefix + key, JSON.stringify(next))
      } catch {
        // A full or closed storage costs the safety net, not the form.
      }
      return { key, values: next }
    })
  }, [key, empty])
  const clear = useCallback(() => {
    sessionStorage.removeItem(prefix + key)
    setDraft({ key, values: empty })
  }, [key, empty])
  return [values, change, clear]
}
