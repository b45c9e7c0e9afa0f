// SPDX-License-Identifier: Apache-2.0
// Entry to school in a browser where it goes otherwise: in line and served from it, another school, a seat that is taken back, a refusal and its appeal. Deadlines that
// pass are in tests/http/enrol.test.mjs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { button, clean, cleanPaper, json, make, made, unexpected, visitor } from './cases.mjs'
import { applyRenting, child, kGuardian, kStreet, phone, sentBy, step } from './enrolment.mjs'
import { api, launch, reads } from './lib.mjs'

let browser
let visit
let city
let school
let family
let office
let planned
before(async () => {
  browser = await launch()
  visit = visitor(browser)
  ;[city, school, family, office] = [await visit('city', 'home'), await visit('principal', 'home'), await visit('guardian', 'services', phone), await visit('district', 'work')]
  // One account applies for all children of this walk: the city has so many on record.
  const [known] = (await api(city.page, 'datasets/guardian_identity/rows?limit=5')).items
  await api(city.page, `datasets/guardian_identity/rows/${known._key}`, json({ n_children: 400 }, 'PATCH'))
  const own = (await api(school.page, 'me')).org.id
  planned = (await api(city.page, `datasets/enrol_seats/rows?filter=school_id:eq:${own}&filter=stage:eq:p1&limit=50`)).items
})
after(async () => {
  for (const one of [city, school, family, office]) assert.deepEqual(unexpected(one.faults), [])
  await browser?.close()
})

// Until the server's next round has done it.
async function eventually(look) {
  for (const until = Date.now() + 20_000; !(await look()); await city.page.waitForTimeout(200)) assert.ok(Date.now() < until, 'within 20 s')
}
const go = (who, path) => who.page.goto(new URL(path, who.page.url()).href)
const atDistrict = async () => {
  const sent = await sentBy(family.page, 'B')
  await step(school.page, sent.id, 'district', { values: { opinion: '请区市审定' } })
  return sent.id
}
// Of a child whom both registers know: no officer takes part.
const sentKnown = async () => {
  const { child_no } = child()
  const home = { street: kStreet.code, house_no: 88, district: kStreet.district }
  await api(city.page, 'datasets/household_register/rows', json({ child_no, guardian_no: kGuardian, ...home }))
  await api(city.page, 'datasets/property_register/rows', json({ owner_no: kGuardian, ...home })) // there from before, or now
  return sentBy(family.page, 'A', { child_no, house_no: '88' })
}
const plan = async (seatsOf) => {
  for (const row of planned) await api(city.page, `datasets/enrol_seats/rows/${row._key}`, json({ seats: seatsOf(row) }, 'PATCH'))
}

test('without a seat a child stands in line, the guardian sees at which place, a free seat goes to the first, and another school takes the next', async (t) => {
  t.after(() => plan((row) => row.seats))
  const holder = await atDistrict()
  await step(office.page, holder, 'offered')
  await plan(() => 1) // what was given stays given; no further one
  const waiting = await applyRenting(family.page)
  await made(family.page, '待学校初审')
  await step(school.page, waiting, 'district', { values: { opinion: '材料齐全' } })
  await go(office, `case?id=${waiting}`)
  await make(office.page, '录取')
  await office.page.getByText(/该校学位已满/).first().waitFor()
  await office.page.keyboard.press('Escape')
  await office.page.locator('.bm-sheet').waitFor({ state: 'detached' })
  await make(office.page, '学位已满，排队候补')
  await made(office.page, '排队候补')
  await clean(office.page, 'enrol-pooled-1440')
  const { id: second, state } = await sentKnown()
  assert.equal(state, 'pooled', 'registers agree, and there is no seat')

  await go(family, `case?id=${second}`)
  const place = (await api(family.page, `cases/${second}`)).places.find((one) => one.waits)
  await reads(family.page.locator('main'), new RegExp(`排队候补[\\s\\S]*第 ${place.position} 位`))
  await clean(family.page, 'enrol-line-390')

  // The plan grows by what was given and one more seat: the first in line has it at the next round, the second stays.
  const first = (await api(family.page, `cases/${waiting}`)).places.find((one) => one.waits)
  const held = (await api(city.page, 'datasets/enrol_app/rows?filter=enrol_state:in:offered|done|entered&limit=1000')).items
  const here = held.filter((row) => row.offer_school === planned[0].school_id && row.stage === 'p1').length
  await plan(() => here + first.position)
  await eventually(async () => (await api(family.page, `cases/${waiting}`)).state === 'offered')
  await go(family, `case?id=${waiting}`)
  await reads(family.page.locator('main'), /有空余学位，递补录取[\s\S]*系统自动/)
  await clean(family.page, 'enrol-served-390')

  await go(office, `case?id=${second}`)
  const others = (await api(city.page, 'datasets/enrol_catchment/rows?filter=stage:eq:p1&limit=1000')).items
  const other = others.find((row) => row.street.startsWith(kStreet.district) && row.school_id !== planned[0].school_id)
  assert.ok(other, 'another school of the district')
  await button(office.page, '统筹到其他学校').click()
  await office.page.locator('#move-offer_school').click()
  await office.page.locator('#move-offer_school').pressSequentially(other.school_id_title)
  await office.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: other.school_id_title }).first().click()
  await office.page.locator('.bm-sheet').getByRole('button', { name: /^确定：统筹/ }).click()
  await made(office.page, '已录取待确认')
  await clean(office.page, 'enrol-elsewhere-1440')
})

test('a refusal is a letter with its reason; the guardian appeals once, who decided is told that somebody else hears it, the city overturns it', async () => {
  const id = await atDistrict()
  await go(office, `case?id=${id}`)
  await make(office.page, '不符合条件', { note: '租赁合同未备案' })
  await made(office.page, '不符合条件')
  await go(family, `case?id=${id}`)
  await reads(family.page.locator('main'), /不予录取告知书[\s\S]*申诉/)
  await clean(family.page, 'enrol-refused-390')
  const [letter] = await Promise.all([family.context.waitForEvent('page'), family.page.getByRole('link', { name: /不予录取告知书/ }).click()])
  await letter.waitForLoadState()
  await reads(letter.locator('body'), /理由：租赁合同未备案[\s\S]*前在线提出申诉/)
  const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/.exec(await letter.locator('body').innerText())[0]
  await cleanPaper(letter, 'enrol-refusal-letter')
  await make(family.page, '申诉', { note: '合同已于本周备案' })
  await made(family.page, '申诉复核')
  await clean(family.page, 'enrol-appeal-390')

  await office.page.reload()
  await office.page.getByText(/^现在不能办的/).click()
  await reads(office.page.locator('.bm-closed-moves'), /维持原决定[\s\S]*作出/)
  await clean(office.page, 'enrol-appeal-1440')
  await go(city, `case?id=${id}`)
  await clean(city.page, 'enrol-heard-1440')
  await make(city.page, '撤销原决定，录取', { note: '备案属实' })
  await made(city.page, '已录取待确认')
  await letter.goto(new URL(`letters/verify?code=${code}`, family.page.url()).href)
  await reads(letter.locator('body'), /撤销|作废|失效/)
  await letter.close()
  await family.page.reload()
  await make(family.page, '撤回')
  await made(family.page, '已撤回')
})

test('registers that agree give a seat with no officer; a seat that is confirmed and not used is taken back, and its letter with it', async () => {
  const one = await sentKnown()
  assert.equal(one.state, 'offered', JSON.stringify(one.row))
  await go(family, `case?id=${one.id}`)
  await reads(family.page.locator('main'), /比对一致，免审录取[\s\S]*系统自动/)
  await clean(family.page, 'enrol-automatic-390')
  await make(family.page, '确认入学')
  await made(family.page, '已确认待报到')
  await go(office, `case?id=${one.id}`)
  await make(office.page, '收回录取', { note: '未按期报到' })
  await made(office.page, '录取已收回')
  await clean(office.page, 'enrol-absent-1440')
  await family.page.reload()
  await reads(family.page.locator('main'), /录取通知书[\s\S]* 撤销/)
  await clean(family.page, 'enrol-absent-390')
})
