// Tests in jsdom: languages started, and a fetch that keeps cookies as a browser does.
import { afterEach, beforeEach } from 'vitest'
import { cleanup, configure } from '@testing-library/react'
import { startLanguages } from '@/shared/i18n'

let cookie = ''
const plainFetch = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  if (cookie !== '') request.headers.set('cookie', cookie)
  const response = await plainFetch(request)
  const set = response.headers.get('set-cookie')
  if (set !== null) cookie = set.split(';')[0] ?? ''
  return response
}

window.scrollTo = () => undefined
HTMLDialogElement.prototype.close ??= () => undefined
if (window.matchMedia === undefined) {
  window.matchMedia = (media) => ({ media, matches: false, onchange: null, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined, dispatchEvent: () => false })
}

configure({ asyncUtilTimeout: 15000 })
await startLanguages()
beforeEach(() => { cookie = '' })
afterEach(cleanup)
