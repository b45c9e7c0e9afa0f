import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CourseTree } from '@/features/courses/course-tree'
import { lastAt } from '@/features/courses/learners-table'
import { CourseTag, statesOf, UnitTags, type UnitProgress } from '@/features/courses/progress-tags'
import { RecipeTable } from '@/features/learning/recipe-table'
import { statementsIn } from '@/features/learning/statement-check'
import type { CourseNode, CourseProgress, Recipe } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import words from '@/shared/i18n/learning-zh.json'

const two = (zh: string, en: string) => ({ zh, en })
const fresh: UnitProgress = { unit: 2, launched: false, completed: false, passed: false, failed: false, waived: false, met: false }
const progress = (units: UnitProgress[], more: Partial<CourseProgress> = {}): CourseProgress => ({ registration: 'r1', person: { id: 'p1', name: '李雷' }, n_met: units.filter((unit) => unit.met).length, n_units: units.length, units, ...more })
const nodes: CourseNode[] = [
  { no: 0, parent: -1, kind: 'course', title: two('圆', 'Circles'), description: two('', '') },
  { no: 1, parent: 0, kind: 'block', title: two('第一部分', 'Part one'), description: two('', '') },
  { no: 2, parent: 1, kind: 'unit', title: two('面积', 'Area'), description: two('求面积', 'Find it'), move_on: 'CompletedAndPassed', mastery_score: 0.6 },
  { no: 3, parent: 0, kind: 'unit', title: two('周长', 'Circumference'), description: two('', ''), move_on: 'NotApplicable' },
]

beforeEach(() => changeLanguage('zh'))
afterEach(cleanup)

describe('courses', () => {
  it('tells of a unit what came of it, and only of one that nothing came of that it is under way', () => {
    expect(statesOf(fresh)).toEqual([])
    expect(statesOf({ ...fresh, launched: true })).toEqual(['launched'])
    expect(statesOf({ ...fresh, launched: true, failed: true })).toEqual(['failed'])
    expect(statesOf({ ...fresh, launched: true, failed: true, passed: true, completed: true })).toEqual(['passed', 'completed'])
    expect(statesOf({ ...fresh, waived: true })).toEqual(['waived'])
  })

  it('shows the score in hundredths and that what is asked for is there', () => {
    render(<UnitTags unit={{ ...fresh, launched: true, passed: true, met: true, score: 0.856 }} />)
    expect(screen.getByText(words.courses.passed)).toBeTruthy()
    expect(screen.getByText('86 分')).toBeTruthy()
    expect(screen.getByText(words.courses.satisfied)).toBeTruthy()
    expect(screen.queryByText(words.courses.not_started)).toBeNull()
  })

  it('says of a course that it is satisfied and when, how far it is, or that it was not begun', () => {
    const { rerender } = render(<CourseTag progress={undefined} />)
    expect(screen.getByText(words.courses.not_started)).toBeTruthy()
    rerender(<CourseTag progress={progress([fresh, fresh])} />)
    expect(screen.getByText(words.courses.not_started)).toBeTruthy()
    rerender(<CourseTag progress={progress([{ ...fresh, launched: true, met: true, completed: true }, fresh])} />)
    expect(screen.getByText('已达成 1 / 2 个单元')).toBeTruthy()
    rerender(<CourseTag progress={progress([fresh], { satisfied_at: '2026-11-20T01:00:00Z' })} />)
    expect(screen.getByText(/^2026-11-20 .* 达成$/)).toBeTruthy()
  })

  it('draws the tree in the order of the course with what each unit asks for, and the page\'s part beside units alone', () => {
    render(<CourseTree nodes={nodes} label="tree" beside={(node) => <button type="button">{`go ${node.no}`}</button>} />)
    const tree = screen.getByRole('list', { name: 'tree' })
    expect(within(tree).getAllByRole('button').map((button) => button.textContent)).toEqual(['go 2', 'go 3'])
    expect(within(tree).getByText('完成条件: 学完并通过 · 及格 60%')).toBeTruthy()
    expect(within(tree).getByText('完成条件: 无要求')).toBeTruthy()
    expect(within(tree).getByText('求面积')).toBeTruthy()
  })

  it('knows when anything was heard of a student last', () => {
    expect(lastAt(progress([fresh]))).toBeUndefined()
    expect(lastAt(progress([{ ...fresh, last_at: '2026-11-20T01:00:00Z' }, { ...fresh, last_at: '2026-11-21T01:00:00Z' }, fresh]))).toBe('2026-11-21T01:00:00Z')
  })
})

describe('recipes', () => {
  const recipe: Recipe = {
    id: 'lesson', iri: 'https://r.cn/lesson', version: 'https://r.cn/lesson/v1', title: two('课堂', 'Lesson'), definition: two('一节课', 'A lesson'),
    templates: [{
      id: 'https://r.cn/t1', title: two('到课', 'Attended'), definition: two('学生到课', 'A pupil attended'), properties: [{ place: 'verb.id', iri: 'http://v.cn/attended' }],
      rules: [{ location: '$.result.duration', presence: 'included', note: two('时长', 'how long') }, { location: '$.context.extensions.x', all: ['a', 1] }], example: { verb: { id: 'http://v.cn/attended' } },
    }],
  }

  it('shows rules in words and puts the example where it is tried', () => {
    const onTry = vi.fn()
    render(<RecipeTable recipe={recipe} onTry={onTry} />)
    expect(screen.getByText(words.recipes.included)).toBeTruthy()
    expect(screen.getByText('$.result.duration')).toBeTruthy()
    expect(screen.getByText('只能："a", 1')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: '放进校验框: 到课' }))
    expect(JSON.parse(onTry.mock.calls[0]?.[0] as string)).toEqual({ verb: { id: 'http://v.cn/attended' } })
  })

  it('takes one statement or a list of them, and says why a text is no JSON', () => {
    expect(statementsIn('{"a":1}')).toEqual([{ a: 1 }])
    expect(statementsIn('[{"a":1},{"b":2}]')).toEqual([{ a: 1 }, { b: 2 }])
    expect(typeof statementsIn('{"a":')).toBe('string')
  })
})
