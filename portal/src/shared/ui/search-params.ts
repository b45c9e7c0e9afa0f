import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

type Change = (changes: Record<string, string | string[] | undefined>, how?: { replace?: boolean }) => void

/** The query of the address, and a setter that keeps what it does not name; undefined or '' removes a key. `replace`: the way back does not lead to what was there. */
export function useAddress(): [URLSearchParams, Change] {
  const [params, setParams] = useSearchParams()
  const change = useCallback<Change>(
    (changes, how) => {
      setParams((old) => {
        const next = new URLSearchParams(old)
        for (const [key, value] of Object.entries(changes)) {
          next.delete(key)
          for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== '') next.append(key, one)
        }
        return next
      }, how)
    },
    [setParams],
  )
  return [params, change]
}
