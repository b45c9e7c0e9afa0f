// Tests in jsdom: languages started, and a server's answers for each test.
import { afterEach, beforeEach } from 'vitest'
import { cleanup, configure } from '@testing-library/react'
import { startLanguages } from '@/shared/i18n'
import { startAnswers } from './answers'

let answer = startAnswers()
globalThis.fetch = (input, init) => answer(new Request(input, init))

window.scrollTo = () => undefined
HTMLDialogElement.prototype.close ??= () => undefined
if (window.matchMedia === undefined) {
  window.matchMedia = (media) => ({ media, matches: false, onchange: null, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined, dispatchEvent: () => false })
}

configure({ asyncUtilTimeout: 15000 })
await startLanguages()
beforeEach(() => { answer = startAnswers() })
afterEach(cleanup)
