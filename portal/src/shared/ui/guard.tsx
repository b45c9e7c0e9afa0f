import type { ReactNode } from 'react'
import { useRight } from '../session/use-me'
import { NoPermission } from './states'

/** Shows a page to those who hold the right, or one of several, and the no-permission state to others. */
export function Guard({ right, children }: { right: string | string[]; children: ReactNode }) {
  return useRight(right) ? children : <NoPermission />
}
