// SPDX-License-Identifier: Apache-2.0
// Courses in a browser: an officer imports a package (a broken one is told by line), a teacher registers a pupil, the pupil launches the unit, which works with the public client
// (@xapi/cmi5), and both see that the course is satisfied; a second pupil is waived. And the recipes: read, tried, told what is wrong.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { api, base, clean, launch, open, reads, settled, signedInState, visit as visitAs } from './lib.mjs'

const require = createRequire(new URL('../../portal/package.json', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'banmo-courses-'))
const title = `圆的面积 ${process.pid}`
const words = (zh, en) => `<title><langstring lang="zh-CN">${zh}</langstring><langstring lang="en">${en}</langstring></title><description><langstring lang="zh-CN">${zh}的说明</langstring><langstring lang="en">About ${en}</langstring></description>`
const unit = (n, zh, en, attributes) => `<au id="https://publisher.example/${process.pid}/${n}" ${attributes}>${words(zh, en)}<url>index.html</url></au>`
const structure = (units) => `<?xml version="1.0" encoding="utf-8"?>
<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
<course id="https://publisher.example/${process.pid}">${words(title, `Area ${process.pid}`)}</course>
<block id="https://publisher.example/${process.pid}/b">${words('第一部分', 'Part one')}${units}</block>
</courseStructure>`
// What a unit does: it speaks by the public client, and says in its title that it is done.
const page_of_unit = `<!doctype html><html lang="zh"><title>单元</title><body>…<script src="cmi5.js"></script><script>
(async () => { const unit = new Cmi5(); await unit.initialize(); await unit.complete(); await unit.pass({ scaled: 0.9 }); await unit.terminate(); document.title = 'DONE' })()
  .catch((error) => { document.title = 'FAILED ' + error })
</script></body></html>`
function packed(name, units) {
  const folder = join(work, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'cmi5.xml'), structure(units))
  writeFileSync(join(folder, 'index.html'), page_of_unit)
  copyFileSync(require.resolve('@xapi/cmi5/dist/Cmi5.umd.js'), join(folder, 'cmi5.js'))
  execFileSync('zip', ['-q', '-r', `../${name}.zip`, '.'], { cwd: folder })
  return `${folder}.zip`
}
const good = packed('good', unit(1, '单元一', 'Unit one', 'moveOn="CompletedAndPassed" masteryScore="0.6"'))
const broken = packed('broken', unit(1, '单元一', 'Unit one', 'moveOn="Done"'))

let browser
let course
let school
let self
let mate
const states = {}
before(async () => {
  browser = await launch()
  for (const who of ['city', 'teacher', 'student', 'guardian', 'sysadmin']) states[who] = await signedInState(browser, who)
  const pupil = await visit('student', '')
  const [one] = (await api(pupil.page, 'people?limit=1')).items
  await pupil.context.close()
  self = one
  const teacher = await visit('teacher', '')
  mate = (await api(teacher.page, 'people?role=student&limit=50')).items.find((person) => person.id !== self.id)
  await teacher.context.close()
  const principal = await signedInState(browser, 'principal')
  const { context, page } = await open(browser, { state: principal })
  await page.goto(base())
  await settled(page)
  school = (await api(page, 'orgs')).items[0]
  await context.close()
})
after(async () => {
  await browser?.close()
  rmSync(work, { recursive: true, force: true })
})

const visit = (who, path, how) => visitAs(browser, states[who], path, how)
const choose = async (page, id, text) => {
  await page.locator(`#${id}`).click()
  await page.locator(`#${id}`).pressSequentially(text)
  await page.locator('.ant-select-item-option', { hasText: text }).first().click()
}

test('an officer imports a package; what is wrong with a broken one is told by line', async () => {
  const { context, page, faults } = await visit('city', 'courses')
  await page.getByRole('button', { name: '导入课程' }).click()
  await choose(page, 'course-org', school.title)
  await page.setInputFiles('#course-file', broken)
  await page.locator('.ant-drawer').getByRole('button', { name: '导入', exact: true }).click()
  const problem = page.locator('.ant-drawer .bm-problem')
  await problem.waitFor()
  await reads(problem, /cmi5\.xml:4:\d+.*moveOn/)
  await clean(page, 'courses-import-broken')
  await page.setInputFiles('#course-file', good)
  await page.locator('.ant-drawer').getByRole('button', { name: '导入', exact: true }).click()
  await page.locator('.ant-drawer .bm-done').waitFor()
  await reads(page.locator('.ant-drawer .bm-done'), new RegExp(`已导入“${title}”，1 个单元`))
  await clean(page, 'courses-import-done')
  await page.getByRole('link', { name: '打开课程' }).click()
  await page.waitForURL(/course\?id=/)
  course = new URL(page.url()).searchParams.get('id')
  await page.getByText('还没有注册的学生').first().waitFor()
  await settled(page)
  await reads(page.locator('main'), /完成条件: 学完并通过 · 及格 60%[\s\S]*还没有注册的学生/)
  await clean(page, 'course-new')
  assert.deepEqual(faults.filter((fault) => !fault.includes('422')), [])
  await context.close()
})

test('a teacher registers a pupil of the class, and then the whole class', async () => {
  const { context, page, faults } = await visit('teacher', `course?id=${course}`)
  await page.getByRole('button', { name: '注册学生' }).click()
  await choose(page, 'enrol-person', self.name)
  await clean(page, 'course-enrol')
  await page.getByRole('button', { name: '注册', exact: true }).click()
  await page.locator('.ant-drawer .bm-done').waitFor()
  await reads(page.locator('.ant-drawer .bm-done'), /已注册 1 名学生/)
  await page.keyboard.press('Escape')
  await page.reload()
  await settled(page)
  const line = page.getByRole('region', { name: '学生进度' }).locator('tbody tr')
  assert.equal(await line.count(), 1)
  await reads(line, new RegExp(`${self.name}[\\s\\S]*未开始[\\s\\S]*0 / 1`))
  await page.getByRole('button', { name: '注册学生' }).click()
  await choose(page, 'enrol-class', self.org.title)
  await page.getByRole('button', { name: '注册', exact: true }).click()
  await page.locator('.ant-drawer .bm-done').waitFor()
  const n = Number(/已注册 (\d+) 名学生/.exec(await page.locator('.ant-drawer .bm-done').innerText())[1])
  assert.ok(n > 1)
  await page.keyboard.press('Escape')
  await settled(page)
  const klass = page.getByRole('region', { name: '班级进度' }).locator('tbody tr').first()
  await reads(klass, new RegExp(`${n}\\s+${n}\\s+0`))
  await clean(page, 'course-registered')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the pupil launches the unit on a phone in a window of its own; when it is done, the course is satisfied here and for the teacher', async () => {
  const { context, page, faults } = await visit('student', 'courses', { width: 390 })
  await page.getByRole('link', { name: title }).click()
  await page.locator('.bm-course-unit').waitFor()
  await settled(page)
  await reads(page.locator('main'), /未开始/)
  await clean(page, 'course-own-390')
  const [opened] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: /^开始学习/ }).click()])
  await opened.waitForFunction(() => /DONE|FAILED/.test(document.title))
  assert.equal(await opened.title(), 'DONE')
  assert.match(opened.url(), /\/cmi5\/content\/[\w-]+\/index\.html\?/)
  assert.equal(await opened.evaluate(() => window.opener), null)
  await opened.close()
  await page.bringToFront()
  await page.getByRole('button', { name: '刷新进度' }).click()
  await page.getByText(/达成$/).first().waitFor()
  const said = await page.locator('main').innerText()
  assert.match(said, /\d{4}-\d{2}-\d{2} .* 达成/)
  assert.match(said, /已通过[\s\S]*已学完[\s\S]*90 分[\s\S]*已达成[\s\S]*再次学习/)
  await clean(page, 'course-own-done-390')
  await page.goto(new URL('courses', base()).href)
  await settled(page)
  await reads(page.locator('.bm-cards li', { hasText: title }), /达成/)
  await clean(page, 'courses-own-390')
  assert.deepEqual(faults, [])
  await context.close()

  const teacher = await visit('teacher', `course?id=${course}`)
  const line = teacher.page.getByRole('region', { name: '学生进度' }).locator('tbody tr', { hasText: self.name })
  await reads(line, /达成[\s\S]*1 \/ 1/)
  await line.getByRole('button').click()
  await teacher.page.locator('.bm-sheet .bm-course-unit').waitFor()
  await reads(teacher.page.locator('.bm-sheet'), /已通过[\s\S]*90 分/)
  assert.equal(await teacher.page.locator('.bm-sheet').getByRole('button', { name: '免修' }).count(), 0)
  await clean(teacher.page, 'course-learner')
  assert.deepEqual(teacher.faults, [])
  await teacher.context.close()
})

test('a teacher waives a unit for another pupil, with the reason', async () => {
  const { context, page, faults } = await visit('teacher', `course?id=${course}`)
  await page.getByRole('region', { name: '学生进度' }).getByRole('button', { name: mate.name, exact: true }).first().click()
  await page.locator('.bm-sheet').getByRole('button', { name: '免修' }).click()
  await page.fill('#waive-reason', '已在校外学过')
  await clean(page, 'course-waive')
  await page.getByRole('button', { name: '确定免修' }).click()
  await page.locator('.bm-sheet').getByText('已免修').waitFor()
  await reads(page.locator('.bm-sheet'), /达成[\s\S]*已免修/)
  await page.keyboard.press('Escape')
  await page.getByRole('region', { name: '班级进度' }).getByRole('button', { name: /^只看此班/ }).first().click()
  await page.waitForURL(/class=/)
  await settled(page)
  await reads(page.getByRole('region', { name: '班级进度' }).locator('tbody tr').first(), /2\s+只看此班/)
  await clean(page, 'course-class')
  assert.deepEqual(faults, [])
  await context.close()
})

for (const [language, width] of [['zh', 390], ['en', 1440], ['en', 390]])
  test(`courses are readable in ${language} at ${width} px for staff, pupils and families`, async () => {
    for (const [who, path] of [['city', 'courses'], ['teacher', `course?id=${course}`], ['student', `course?id=${course}`], ['guardian', 'courses'], ['guardian', `course?id=${course}`]]) {
      const { context, page, faults } = await visit(who, path, { language, width })
      await reads(page.locator('main'), language === 'en' ? new RegExp(`Area ${process.pid}`) : new RegExp(title))
      await clean(page, `${who}-${path.split('?')[0]}-${language}-${width}`)
      assert.deepEqual(faults, [])
      await context.close()
    }
  })

test('an administrator without the right sees no courses; an unknown course says so', async () => {
  const admin = await visit('sysadmin', 'courses')
  await reads(admin.page.locator('main'), /您没有查看这里的权限/)
  await admin.context.close()
  const { context, page } = await visit('student', 'course?id=00000000-0000-7000-8000-000000000000')
  await page.locator('.bm-plate-error').waitFor()
  await reads(page.locator('.bm-plate-error'), /events\.no_such_course/)
  await clean(page, 'course-unknown')
  await context.close()
})

test('an officer closes the course: nobody is registered or launched any more, the outcome stays', async () => {
  const { context, page, faults } = await visit('city', `course?id=${course}`)
  await page.getByRole('button', { name: '关闭课程' }).click()
  await page.locator('.ant-popconfirm .ant-btn-primary').click()
  await page.getByText('已关闭').waitFor()
  assert.equal(await page.getByRole('button', { name: '注册学生' }).count(), 0)
  await reads(page.getByRole('region', { name: '学生进度' }), new RegExp(self.name))
  assert.deepEqual(faults, [])
  await context.close()
})

for (const [language, width] of [['zh', 1440], ['zh', 390], ['en', 1440], ['en', 390]])
  test(`a recipe is read and its example tried in ${language} at ${width} px; what is wrong with a statement is told`, async () => {
    const { context, page, faults } = await visit('city', 'recipes?recipe=homework', { language, width })
    await clean(page, `recipes-${language}-${width}`)
    await page.getByRole('button', { name: language === 'zh' ? '放进校验框: 提交作业' : 'Put into the box: Homework is handed in' }).click()
    const press = () => page.getByRole('button', { name: language === 'zh' ? '校验' : 'Check', exact: true }).click()
    await press()
    await page.getByText(language === 'zh' ? '第 1 条符合：提交作业' : 'Statement 1 follows: Homework is handed in').waitFor()
    const statement = JSON.parse(await page.inputValue('#recipe-statement'))
    delete statement.result.duration
    await page.fill('#recipe-statement', JSON.stringify([statement]))
    await press()
    const told = page.getByRole('region', { name: language === 'zh' ? '第 1 条有 1 处不符' : 'Statement 1: 1 findings' })
    await told.waitFor()
    await reads(told, language === 'zh' ? /\/result\/duration[\s\S]*必填[\s\S]*“提交作业”要求/ : /\/result\/duration[\s\S]*required[\s\S]*'Homework is handed in' asks/)
    await clean(page, `recipes-told-${language}-${width}`)
    await page.fill('#recipe-statement', '{"actor":')
    await press()
    await page.locator('.bm-problem').waitFor()
    await reads(page.locator('.bm-problem'), language === 'zh' ? /^不是 JSON/ : /^This is not JSON/)
    assert.deepEqual(faults, [])
    await context.close()
  })
