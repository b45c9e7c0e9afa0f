import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** The query of the address, and a setter that keeps what it does not name; undefined or '' removes a key. */
export function useAddress(): [URLSearchParams, (changes: Record<string, string | string[] | undefined>) => void] {
  const [params, setParams] = useSearchParams()
  const change = useCallback(
    (changes: Record<string, string | string[] | undefined>) => {
      setParams((old) => {
        const next = new URLSearchParams(old)
        for (const [key, value] of Object.entries(changes)) {
          next.delete(key)
          for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== '') next.append(key, one)
        }
        return next
      })
    },
    [setParams],
  )
  return [params, change]
}
