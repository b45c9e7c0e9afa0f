import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'
import { App } from '@/app/app'
import { followJob } from '@/shared/api/job-stream'
import type { Job } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import help from '@/shared/i18n/help-zh.json'
import zh from '@/shared/i18n/zh.json'

async function signIn(account: string, password = 'banmo-demo'): Promise<void> {
  render(<App />)
  fireEvent.change(await screen.findByLabelText(zh.session.account), { target: { value: account } })
  fireEvent.change(screen.getByLabelText(zh.session.password), { target: { value: password } })
  fireEvent.click(screen.getByRole('button', { name: zh.session.sign_in }))
}

beforeEach(async () => {
  window.history.replaceState(null, '', '/')
  await changeLanguage('zh')
})

describe('pages', () => {
  it('shows the sentence and the code of a refused sign-in', async () => {
    await signIn('city', 'wrong')
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('账号或密码不对')
    expect(within(alert).getByText('session.bad_credentials')).toBeTruthy()
  })

  it('shows home with what waits, and a menu by rights', async () => {
    await signIn('city')
    expect(await screen.findByText('行体测数据待改正', {}, { timeout: 15000 })).toBeTruthy()
    expect(screen.getAllByRole('link', { name: new RegExp(zh.menu.datasets) }).length).toBeGreaterThan(0)
    expect(screen.queryByRole('link', { name: new RegExp(zh.menu.accounts) })).toBeNull()
  })

  it('says what the page at hand is for when help is asked for', async () => {
    HTMLDialogElement.prototype.showModal ??= () => undefined
    await signIn('city')
    fireEvent.click(await screen.findByRole('button', { name: zh.shell.help }, { timeout: 15000 }))
    expect(await screen.findByText(help.home)).toBeTruthy()
  })

  it('shows the no-permission state to a student who opens the plan', async () => {
    window.history.replaceState(null, '', '/plan')
    await signIn('student')
    expect(await screen.findByText(zh.state.no_permission, {}, { timeout: 15000 })).toBeTruthy()
  })

  it('leads an address of the server to its page', async () => {
    window.history.replaceState(null, '', '/dashboards/fitness')
    await signIn('leader')
    expect(await screen.findByRole('heading', { name: '学生体质健康' }, { timeout: 15000 })).toBeTruthy()
    expect(window.location.search).toContain('id=fitness')
  })

  it('speaks English when asked', async () => {
    await signIn('auditor')
    fireEvent.click(await screen.findByRole('button', { name: 'English' }, { timeout: 15000 }))
    await waitFor(() => expect(screen.getAllByText('Audit').length).toBeGreaterThan(0))
  })

  it('follows a job by polling where events are missing', async () => {
    const states: string[] = []
    const job = await new Promise<Job>((resolve, reject) => followJob('j1', (now) => { states.push(now.state); if (now.state === 'done') resolve(now) }, reject))
    expect(states).toEqual(['running', 'done'])
    expect([job.n_read, job.n_bad, job.dry_run]).toEqual([1, 1, true])
  })
})
