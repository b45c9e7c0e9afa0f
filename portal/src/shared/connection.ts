// Whether the server answers. A request that does not reach it says so; from then on it is asked again, ever more slowly, until it answers.
import { useSyncExternalStore } from 'react'
import { appUrl } from './base'

const firstWait_ms = 1000
const longestWait_ms = 15_000
const listeners = new Set<() => void>()
let lost = false
let timer: ReturnType<typeof setTimeout> | undefined

function tell(now: boolean): void {
  if (lost === now) return
  lost = now
  for (const listener of listeners) listener()
}

async function knock(wait_ms: number): Promise<void> {
  const answer = await fetch(appUrl('livez'), { cache: 'no-store' }).catch(() => null)
  if (answer !== null && answer.status < 500) return tell(false)
  timer = setTimeout(() => void knock(Math.min(wait_ms * 2, longestWait_ms)), wait_ms)
}

/** A request did not reach the server. */
export function reportLost(): void {
  if (lost) return
  tell(true)
  timer = setTimeout(() => void knock(firstWait_ms), firstWait_ms)
}

/** Asks at once instead of at the next turn. */
export function retryNow(): void {
  clearTimeout(timer)
  void knock(firstWait_ms)
}

window.addEventListener('offline', reportLost)

function untilBack(): Promise<void> {
  return new Promise((back) => {
    const stop = listen(() => {
      if (lost) return
      stop()
      back()
    })
  })
}

const reloadedKey = 'banmo.reloaded'
const tooSoon_ms = 10_000

/**
 * Fetches a part of the portal. One that does not come is asked for again when the server answers, by loading the page anew: a browser remembers a
 * module that failed, and after an update the old one is gone. What was typed is kept by drafts. Twice in ten seconds is given up.
 */
export async function patiently<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (failure) {
    const last = Number(sessionStorage.getItem(reloadedKey) ?? 0)
    if (Date.now() - last < tooSoon_ms) throw failure
    reportLost()
    await untilBack()
    sessionStorage.setItem(reloadedKey, String(Date.now()))
    location.reload()
    return new Promise(() => undefined)
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useConnectionLost(): boolean {
  return useSyncExternalStore(listen, () => lost)
}
