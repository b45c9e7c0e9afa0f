import { act, fireEvent, render, renderHook, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '@/app/app'
import { reportLost, useConnectionLost } from '@/shared/connection'
import { forgetDrafts, useDraft } from '@/shared/draft'
import { changeLanguage } from '@/shared/i18n'
import zh from '@/shared/i18n/zh.json'
import { changePrefs, startPrefs, usePrefs } from '@/shared/prefs'

const slow = { timeout: 15000 }

async function signIn(account: string): Promise<void> {
  render(<App />)
  fireEvent.change(await screen.findByLabelText(zh.session.account), { target: { value: account } })
  fireEvent.change(screen.getByLabelText(zh.session.password), { target: { value: 'banmo-demo' } })
  fireEvent.click(screen.getByRole('button', { name: zh.session.sign_in }))
  await screen.findByRole('button', { name: new RegExp(zh.search.open) }, slow)
}

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = function open() { this.open = true }
  HTMLDialogElement.prototype.close = function close() { this.open = false }
  Element.prototype.scrollIntoView = vi.fn()
  window.history.replaceState(null, '', '/')
  sessionStorage.clear()
  await changeLanguage('zh')
})

describe('search by keyboard', () => {
  it('opens with Ctrl+K, names its active option, and leads to the page chosen by arrows and Enter', async () => {
    await signIn('city')
    fireEvent.keyDown(window, { key: 'k', ctrlKey: true })
    const field = await screen.findByRole('combobox', { name: zh.search.label })
    fireEvent.change(field, { target: { value: '质量' } })
    const option = await screen.findByRole('option', { name: new RegExp(zh.menu.quality) })
    expect(field.getAttribute('aria-activedescendant')).toBe(option.id)
    expect(option.getAttribute('aria-selected')).toBe('true')
    fireEvent.keyDown(field, { key: 'Enter' })
    await waitFor(() => expect(window.location.pathname).toBe('/quality'), slow)
  })

  it('finds schools on the server and offers only menu entries that the rights allow', async () => {
    await signIn('student')
    fireEvent.click(screen.getByRole('button', { name: new RegExp(zh.search.open) }))
    const list = await screen.findByRole('listbox', { name: zh.search.found })
    expect(within(list).queryByRole('option', { name: new RegExp(zh.menu.accounts) })).toBeNull()
    fireEvent.change(screen.getByRole('combobox', { name: zh.search.label }), { target: { value: '小学' } })
    expect(await within(list).findAllByRole('option', { name: new RegExp(zh.search.kind.org) }, slow)).not.toHaveLength(0)
  })
})

describe('notices', () => {
  it('counts what is unread and marks it as read', async () => {
    window.history.replaceState(null, '', '/notices')
    await signIn('principal')
    fireEvent.click(await screen.findByRole('button', { name: zh.notices.mark_all }, slow))
    await waitFor(() => expect(screen.queryByText(zh.notices.unread)).toBeNull(), slow)
    expect(screen.getByRole('link', { name: zh.shell.notices })).toBeTruthy()
  })
})

describe('drafts', () => {
  const empty = { name: '', n: '' }

  it('give back what was typed after a reload, each under its own name', () => {
    const first = renderHook(() => useDraft('a', empty))
    act(() => first.result.current[1]({ name: '李' }))
    first.unmount()
    expect(renderHook(() => useDraft('a', empty)).result.current[0]).toEqual({ name: '李', n: '' })
    expect(renderHook(() => useDraft('b', empty)).result.current[0]).toEqual(empty)
  })

  it('are gone when they were sent, and when another person signs in', () => {
    const form = renderHook(() => useDraft('a', empty))
    act(() => form.result.current[1]({ name: '李' }))
    act(() => form.result.current[2]())
    expect(form.result.current[0]).toEqual(empty)
    act(() => form.result.current[1]({ name: '王' }))
    forgetDrafts()
    expect(renderHook(() => useDraft('a', empty)).result.current[0]).toEqual(empty)
  })
})

describe('reading as one likes', () => {
  it('keeps large print and dark colours over a reload', () => {
    const prefs = renderHook(() => usePrefs())
    act(() => changePrefs({ large: true, dark: true }))
    expect(prefs.result.current).toEqual({ large: true, dark: true })
    expect(document.documentElement.dataset).toMatchObject({ print: 'large', theme: 'dark' })
    delete document.documentElement.dataset.theme
    startPrefs()
    expect(document.documentElement.dataset.theme).toBe('dark')
    act(() => changePrefs({ large: false, dark: false }))
    expect(document.documentElement.dataset.theme).toBeUndefined()
  })
})

describe('a lost connection', () => {
  it('is said, asked for again, and taken back when the server answers', async () => {
    vi.useFakeTimers()
    const answers = [() => Promise.reject(new TypeError('no network')), () => Promise.resolve(new Response('ok'))]
    const ask = vi.spyOn(globalThis, 'fetch').mockImplementation(() => (answers.shift() ?? (() => Promise.resolve(new Response('ok'))))())
    const lost = renderHook(() => useConnectionLost())
    act(() => reportLost())
    expect(lost.result.current).toBe(true)
    await act(() => vi.advanceTimersByTimeAsync(1000))
    expect(lost.result.current).toBe(true)
    await act(() => vi.advanceTimersByTimeAsync(1000))
    expect(lost.result.current).toBe(false)
    expect(ask).toHaveBeenCalledTimes(2)
    ask.mockRestore()
    vi.useRealTimers()
  })
})
