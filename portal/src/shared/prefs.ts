// How a person likes to read: large print, dark colours. Kept in the browser, shown as attributes of the document.
import { useSyncExternalStore } from 'react'

export type Prefs = { large: boolean; dark: boolean }
const storageKey = 'banmo.prefs'
const listeners = new Set<() => void>()
let present: Prefs = { large: false, dark: false }

function show(): void {
  const { dataset } = document.documentElement
  if (present.large) dataset.print = 'large'
  else delete dataset.print
  if (present.dark) dataset.theme = 'dark'
  else delete dataset.theme
}

/** Reads what was chosen before; called once before the first drawing. */
export function startPrefs(): void {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    if (typeof kept === 'object' && kept !== null) present = { large: 'large' in kept && kept.large === true, dark: 'dark' in kept && kept.dark === true }
  } catch {
    present = { large: false, dark: false }
  }
  show()
}

export function changePrefs(changes: Partial<Prefs>): void {
  present = { ...present, ...changes }
  show()
  try {
    localStorage.setItem(storageKey, JSON.stringify(present))
  } catch {
    // A browser that keeps nothing still shows the choice until the page is left.
  }
  for (const listener of listeners) listener()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(listen, () => present)
}
