// What officers change about the city itself: levels of fields with a second pair of eyes; organisations made, renamed, reached, closed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, launch, reads, settled, shoot, signedInState, visit as visitAs } from './lib.mjs'

let browser
const state = {}
before(async () => {
  browser = await launch()
  for (const account of ['city', 'secadmin', 'district']) state[account] = await signedInState(browser, account)
})
after(() => browser.close())

async function visit(account, path, how) {
  const { page, context, faults } = await visitAs(browser, state[account], path, how)
  return { page, done: async () => { assert.deepEqual(faults, []); await context.close() } }
}
const classified = 'classification?dataset=fitness_raw'

test('a lower level is proposed by one officer, seen with what it opens, and approved by the security administrator', async () => {
  const { page, done } = await visit('city', 'classification?dataset=fitness_raw')
  await page.locator('tr', { hasText: 'tested_on' }).last().getByRole('button').click()
  await page.locator('#regrade-level').click()
  await page.locator('.ant-select-item-option[title^="L2"]').click()
  await page.fill('#regrade-reason', '日期已按月公布')
  await settled(page)
  await reads(page.locator('.ant-modal [role=status]'), /另一人批准/)
  await shoot(page, 'change-propose')
  assert.deepEqual(await axe(page), [])
  await page.locator('.ant-modal button[type=submit]').click()
  await page.waitForSelector('.ant-modal', { state: 'hidden' })
  await page.getByRole('button', { name: /^撤回/ }).waitFor()
  await done()

  for (const width of [390, 1440]) {
    const other = await visit('secadmin', classified, { width })
    await other.page.getByRole('button', { name: /^批准/ }).waitFor()
    await shoot(other.page, `change-queue-${width}`)
    assert.deepEqual(await axe(other.page), [])
    if (width === 1440) {
      await other.page.getByRole('button', { name: /^批准/ }).click()
      await settled(other.page)
      await shoot(other.page, 'change-approve')
      assert.deepEqual(await axe(other.page), [])
      await other.page.locator('.ant-modal button[type=submit]').click()
      await other.page.waitForSelector('.ant-modal', { state: 'hidden' })
      await other.page.getByText('没有待批准的提议').waitFor()
      await other.page.locator('.ant-segmented-item').last().click()
      await other.page.getByText('已生效').waitFor()
      await settled(other.page)
      await shoot(other.page, 'change-decided')
      assert.deepEqual(await axe(other.page), [])
    }
    await other.done()
  }
})

test('raising takes effect at once, and the table says so', async () => {
  const { page, done } = await visit('secadmin', 'classification?dataset=fitness_raw')
  await page.locator('tr', { hasText: 'tested_on' }).last().getByRole('button').click()
  await page.locator('#regrade-level').click()
  await page.locator('.ant-select-item-option[title^="L3"]').click()
  await page.fill('#regrade-reason', '恢复原来的级别')
  await page.locator('.ant-modal button[type=submit]').click()
  await page.waitForSelector('.ant-modal', { state: 'hidden' })
  await page.locator('tr', { hasText: 'tested_on' }).last().getByText('L3').waitFor()
  await done()
})

test('an officer makes a school below the district, renames it, says where it is, and closes it after a preview', async () => {
  const { page, done } = await visit('district', 'org')
  const name = `走查小学${Date.now()}`
  const act = (title) => page.locator('.bm-page-actions button', { hasText: title }).click()
  await act('新建下级')
  await page.locator('#org-kind').click()
  await page.locator('.ant-select-item-option[title="学校"]').click()
  await page.fill('#org-title', name)
  await settled(page)
  await shoot(page, 'change-org-new')
  assert.deepEqual(await axe(page), [])
  await page.locator('.ant-drawer button[type=submit]').click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await settled(page)
  await act('更名')
  await page.fill('#org-title', `${name}分校`)
  await page.locator('.ant-drawer button[type=submit]').click()
  await page.getByRole('heading', { level: 1, name: `${name}分校` }).waitFor()
  await page.getByText(`由“${name}”更名为“${name}分校”`).waitFor()

  await page.locator('[aria-labelledby=org-contact] button').click()
  await page.getByLabel('地址', { exact: true }).fill('走查路 1 号')
  await page.getByLabel('电话', { exact: true }).fill('0532-12345678')
  await page.locator('[aria-labelledby=org-contact] button[type=submit]').click()
  await page.locator('[aria-labelledby=org-contact] a[href^="tel:"]').waitFor()
  await settled(page)
  await shoot(page, 'change-org-page')
  assert.deepEqual(await axe(page), [])

  await act('撤销')
  await page.locator('.ant-drawer button', { hasText: '先看影响' }).click()
  await page.locator('.ant-drawer [role=status]').waitFor()
  await settled(page)
  await shoot(page, 'change-org-close')
  assert.deepEqual(await axe(page), [])
  await page.locator('.ant-drawer .ant-btn-dangerous').click()
  await page.waitForFunction(() => document.querySelectorAll('.bm-page-actions button').length === 0)
  await page.getByText(/起撤销/).first().waitFor()
  await done()
})

test('an organisation on a phone, in dark colours', async () => {
  const { page, done } = await visit('district', 'org', { width: 390 })
  await page.evaluate(() => localStorage.setItem('banmo.prefs', JSON.stringify({ dark: true })))
  await page.reload()
  await settled(page)
  await shoot(page, 'change-org-390-dark')
  assert.deepEqual(await axe(page), [])
  await done()
})
