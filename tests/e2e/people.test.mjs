// The shell and the pages of organisations, people and accounts, as people use them: role, search by keyboard, help, drafts, a lost connection,
// dark colours and large print, previews, accounts opened by one administrator and granted by another.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, axe, base, json, launch, open, settled, shoot, signedInState, watch } from './lib.mjs'

let browser
const states = new Map()
before(async () => { browser = await launch() })
after(() => browser.close())

async function as(account, options = {}) {
  if (!states.has(account)) states.set(account, await signedInState(browser, account))
  return open(browser, { state: states.get(account), ...options })
}

async function go(page, path = '') {
  await page.goto(new URL(path, base()).href)
  await page.waitForSelector('#content')
  await settled(page)
}

/** Types into antd's organisation picker and takes the first that it finds. */
async function pickOrg(page, id, words) {
  await page.click(`#${id}`)
  await page.keyboard.type(words)
  await page.waitForSelector('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
  await page.keyboard.press('Enter')
}

test('a teacher chooses a role, the frame says so, and the menu follows', async () => {
  const { context, page } = await as('teacher')
  const faults = watch(page)
  await go(page)
  assert.equal(await page.locator('.bm-side').getByText('数据质量').count(), 1)
  await page.click('.bm-account summary')
  const value = await page.locator('#act-as option').evaluateAll((options) => options.map((option) => option.value).find((each) => each.startsWith('teacher ')))
  await page.selectOption('#act-as', value)
  await page.waitForSelector('.bm-acting')
  await settled(page)
  assert.equal(await page.locator('.bm-side').getByText('数据质量').count(), 0)
  assert.deepEqual([...faults, ...(await axe(page))], [])
  await shoot(page, 'people-acting')
  await page.selectOption('#act-as', '')
  await page.waitForSelector('.bm-acting', { state: 'detached' })
  await context.close()
})

test('Ctrl+K finds a school by keyboard and opens its page', async () => {
  const { context, page } = await as('city')
  const faults = watch(page)
  await go(page)
  const { items } = await api(page, 'orgs?kind=school&limit=1')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('.bm-palette[open]')
  await page.keyboard.type(items[0].title)
  const option = page.getByRole('option', { name: new RegExp(items[0].title) }).first()
  await option.waitFor()
  assert.deepEqual(await axe(page), [])
  await shoot(page, 'people-palette')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/org\?id=/)
  await settled(page)
  await page.locator('h1', { hasText: items[0].title }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('help names the purpose of the page', async () => {
  const { context, page } = await as('city')
  await go(page, 'orgs')
  await page.getByRole('button', { name: '帮助' }).click()
  await page.waitForSelector('dialog.bm-drawer-end[open]')
  assert.match(await page.locator('dialog.bm-drawer-end').textContent(), /机构树和人数/)
  assert.deepEqual(await axe(page), [])
  await context.close()
})

test('nothing typed is lost on a reload, and a move shows what it would change before it is done', async () => {
  const { context, page } = await as('city')
  await go(page)
  const top = (await api(page, 'orgs')).items[0]
  const [first, second] = (await api(page, `orgs?parent=${top.id}&kind=district`)).items
  const school = (await api(page, `orgs?parent=${first.id}&kind=school&limit=1`)).items[0]
  await go(page, `org?id=${school.id}`)
  await page.getByRole('button', { name: '变更上级' }).click()
  await pickOrg(page, 'org-other', second.title)
  await page.reload()
  await page.waitForSelector('#content')
  await settled(page)
  await page.getByRole('button', { name: '变更上级' }).click()
  await page.getByRole('button', { name: '先看影响' }).click()
  await page.getByText('将会改变').waitFor()
  assert.match(await page.locator('.ant-drawer').textContent(), new RegExp(`归“${second.title}”管理`))
  await settled(page)
  assert.deepEqual(await axe(page), [])
  await shoot(page, 'people-move-preview')
  assert.equal((await api(page, `orgs/${school.id}`)).parent, first.id, 'a preview changes nothing')
  await context.close()
})

test('a lost connection is said, and taken back when the server answers again', async () => {
  const { context, page } = await as('city')
  await go(page)
  await context.setOffline(true)
  await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '人员', exact: true }).click()
  await page.waitForSelector('.bm-lost')
  await shoot(page, 'people-lost')
  await context.setOffline(false)
  await page.waitForSelector('.bm-lost', { state: 'detached', timeout: 20_000 })
  await page.waitForSelector('.bm-table')
  await context.close()
})

test('dark colours and large print hold contrast and width on the pages of people', async () => {
  for (const width of [1440, 390]) {
    const { context, page } = await as('principal', { width })
    await context.addInitScript(() => localStorage.setItem('banmo.prefs', JSON.stringify({ dark: true, large: true })))
    await go(page)
    const { items } = await api(page, 'orgs')
    const person = (await api(page, 'people?limit=1')).items[0]
    await api(page, 'me/tokens', json({ title: '深色', rights: ['metrics.read'], days: 1 })) // one's own page then has what can be taken back
    for (const path of ['', `org?id=${items[0].id}`, 'orgs', 'people', `person?id=${person.id}`, 'notices', 'me', 'password']) {
      await go(page, path)
      await shoot(page, `people-dark-${path.replace(/\W.*/, '') || 'home'}-${width}`)
      assert.deepEqual(await axe(page), [], `${path} at ${width}`)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.ok(wide <= 0, `${path} at ${width} is ${wide} px too wide`)
    }
    await context.close()
  }
})

test('the system administrator opens an account, the security administrator grants it a role', async () => {
  const name = `e2e.${Date.now().toString(36)}`
  const system = await as('sysadmin')
  await go(system.page, 'accounts')
  await system.page.getByRole('button', { name: '新建账号' }).first().click()
  await system.page.fill('#new-account', name)
  await system.page.locator('.ant-drawer form button[type=submit]').click()
  await system.page.waitForSelector('.bm-secret')
  assert.deepEqual(await axe(system.page), [])
  await shoot(system.page, 'people-one-time')
  await system.context.close()
  const security = await as('secadmin')
  await go(security.page, `accounts?q=${name}`)
  await security.page.getByRole('button', { name: '授权与安全' }).click()
  await security.page.click('#grant-role')
  await security.page.locator('.ant-select-item-option', { hasText: '学校信息主管' }).click()
  await security.page.waitForSelector('.ant-select-dropdown', { state: 'hidden' })
  const { items } = await api(security.page, 'orgs?kind=school&limit=1')
  await pickOrg(security.page, 'grant-org', items[0].title)
  await security.page.getByRole('button', { name: '加入' }).click()
  await settled(security.page)
  assert.deepEqual(await axe(security.page), [])
  await security.page.getByRole('button', { name: '保存授权' }).click()
  await security.page.getByText('已保存授权。').waitFor()
  await shoot(security.page, 'people-grants')
  const account = (await api(security.page, `accounts?q=${name}`)).items[0]
  assert.deepEqual(account.grants.map((grant) => [grant.role, grant.org.id]), [['school_cio', items[0].id]])
  await security.context.close()
})

test('a one-time password leads to the page to set one\'s own, from whatever address, and to nothing else before', async () => {
  const name = `first.${Date.now().toString(36)}`
  const own = 'Lao-Shan-2027!'
  const system = await as('sysadmin')
  await go(system.page)
  const { password: once } = await api(system.page, 'accounts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ account: name }) })
  await system.context.close()
  const { context, page } = await open(browser, { width: 390 })
  const faults = watch(page)
  await page.goto(new URL('datasets', base()).href)
  await page.fill('#account', name)
  await page.fill('#password', once)
  await page.click('button[type=submit]')
  await page.getByRole('heading', { name: '请先设置新密码' }).waitFor()
  assert.equal(await page.locator('.bm-side, .bm-top').count(), 0, 'no frame, no menu')
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 })
    await settled(page)
    assert.deepEqual(await axe(page), [])
    await shoot(page, `people-first-password-${width}`)
  }
  await page.goto(new URL('people', base()).href)
  await page.getByRole('heading', { name: '请先设置新密码' }).waitFor()
  await page.fill('#old', once)
  await page.fill('#fresh', own)
  await page.fill('#again', own)
  await page.click('button[type=submit]')
  await page.waitForSelector('#content')
  await settled(page)
  assert.equal((await api(page, 'me')).must_change_password, false)
  assert.deepEqual(faults, [])
  await context.close()
})
