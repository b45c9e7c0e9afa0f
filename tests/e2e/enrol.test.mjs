// SPDX-License-Identifier: Apache-2.0
// Entry to school in a browser: a guardian on a phone applies for a child, the school, the district and the registers decide on a desk, through every state of the flow that people bring about.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, launch } from './lib.mjs'
import { button, caseOf, clean, json, made, make, pick, unexpected, visitor } from './cases.mjs'

let browser
let visit
const phone = { width: 390 }

// A citizen number of that birthday with its check sign (GB 11643), of a district that does not exist.
let n = Math.floor(Math.random() * 400) * 2
function numberOf(birth) {
  const head = `991100${birth}${String((n += 1) % 1000).padStart(3, '0')}`
  const sum = [...head].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0)
  return head + '10X98765432'[sum % 11]
}
const child = () => ({ child_name: `童${n}`, child_no: numberOf('20200315'), guardian_no: numberOf('19900101'), phone: '13800009999', house_no: '1' })

before(async () => {
  browser = await launch()
  visit = visitor(browser)
})
after(() => browser?.close())

let district
let street

// Fills in the form of the application on a phone, as far as a guardian types it.
async function fillIn(page, one, kind) {
  await pick(page, 'stage', '小学')
  await pick(page, 'kind', kind)
  await page.locator('#field-district').click()
  await page.locator('#field-district').pressSequentially(district.title)
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: district.title }).first().click()
  await page.fill('#field-street', street)
  for (const [field, text] of Object.entries(one)) await page.fill(`#field-${field}`, text)
}

// Applies by the pages and gives the id of the case.
async function apply(page, one, kind) {
  await page.goto(new URL('service?id=enrol', page.url()).href)
  await page.getByRole('button', { name: /开始办理|另办一件/ }).click()
  await page.waitForURL(/case\?id=/)
  await page.locator('#field-child_name').waitFor()
  await fillIn(page, one, kind)
  await page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
  await button(page, '提交').waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll('.bm-moves button')].some((one) => /提\s?交/.test(one.textContent)))
  await make(page, '提交')
  return caseOf(page)
}

test('where the demonstration family lives', async () => {
  const { context, page } = await visit('principal', 'services')
  const [known] = (await api(page, 'datasets/enrol_app/rows?limit=1&filter=enrol_state:eq:school')).items
  assert.ok(known, 'the demonstration has an application that waits for the school')
  district = { id: known.district, title: known.district_title }
  street = known.street
  await context.close()
})

let first

test('a guardian applies on a phone; the school sends it back once, the guardian mends it, the district offers a seat, and the guardian confirms', async () => {
  const family = await visit('guardian', 'services', phone)
  await family.page.getByRole('heading', { name: '上学入园' }).waitFor()
  await clean(family.page, 'enrol-hall-390')
  first = await apply(family.page, child(), '租赁')
  await made(family.page, '待学校初审')
  await clean(family.page, 'enrol-sent-390')

  const school = await visit('principal', `case?id=${first}`)
  assert.match(await school.page.locator('.bm-case-facts').innerText(), /户籍比对[\s\S]*房产比对/)
  await clean(school.page, 'enrol-school-1440')
  await make(school.page, '一次性告知补正', { note: '请核对门牌号' })
  await made(school.page, '待补正')

  await family.page.reload()
  await family.page.locator('#field-house_no').waitFor()
  await family.page.fill('#field-house_no', '2')
  await family.page.locator('.bm-saved', { hasText: /已保存/ }).waitFor()
  await make(family.page, '补正后再提交')
  await made(family.page, '待学校初审')
  await school.page.reload()
  await make(school.page, '初审通过', { fields: { opinion: '材料齐全，同意上报' } })
  await made(school.page, '待区市复审')

  const office = await visit('district', `case?id=${first}`)
  await clean(office.page, 'enrol-district-1440')
  await make(office.page, '录取')
  await made(office.page, '已录取待确认')
  assert.deepEqual(unexpected(office.faults), [])
  await office.context.close()

  await family.page.reload()
  await family.page.getByText('请您办理').first().waitFor()
  await clean(family.page, 'enrol-offered-390')
  await make(family.page, '确认入学')
  await made(family.page, '已确认待报到')
  await clean(family.page, 'enrol-done-390')
  await school.page.reload()
  await make(school.page, '已报到')
  await made(school.page, '已报到入学')
  assert.deepEqual(unexpected(school.faults), [])
  await school.context.close()
  await family.page.reload()
  await family.page.getByText(/办结/).first().waitFor()
  await clean(family.page, 'enrol-entered-390')
  assert.deepEqual(unexpected(family.faults), [])
  await family.context.close()
})

test('one is refused with a reason, one stands in line and is offered another school, one is withdrawn', async () => {
  const family = await visit('guardian', 'services', phone)
  const refused = await apply(family.page, child(), '租赁')
  const waiting = await apply(family.page, child(), '租赁')
  const withdrawn = await apply(family.page, child(), '租赁')
  await make(family.page, '撤回')
  await made(family.page, '已撤回')
  assert.equal(caseOf(family.page), withdrawn)

  const school = await visit('principal', 'work?flow=enrol')
  for (const id of [refused, waiting]) {
    const one = await api(school.page, `cases/${id}`)
    await api(school.page, `cases/${id}/moves`, json({ seq: one.seq, move: 'district', values: { opinion: '请区市审定' } }))
  }
  await school.context.close()

  const office = await visit('district', `case?id=${refused}`)
  await make(office.page, '不符合条件', { note: '不在本区居住' })
  await made(office.page, '不符合条件')
  await office.page.goto(new URL(`case?id=${waiting}`, office.page.url()).href)
  await make(office.page, '学位已满，排队候补')
  await office.page.locator('.bm-done').waitFor()
  const state = (await api(office.page, `cases/${waiting}`)).state
  assert.ok(['pooled', 'offered'].includes(state), `${state}: in line, or offered where a seat is free`)
  await clean(office.page, 'enrol-line-1440')
  assert.deepEqual(unexpected(office.faults), [])
  await office.context.close()

  await family.page.goto(new URL('cases', family.page.url()).href)
  await family.page.locator('.bm-case-card').first().waitFor()
  await clean(family.page, 'enrol-cases-390')
  assert.match(await family.page.locator('main').innerText(), /不符合条件[\s\S]*办结/)
  await family.context.close()
})
