// Statements that are pasted are held against the recipes; nothing is stored.
import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { api, data } from '@/shared/api/client'
import type { Recipe, StatementVerdict } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'

type Finding = StatementVerdict['findings'][number]
const most = 100

function Verdict({ verdict, n, recipes }: { verdict: StatementVerdict; n: number; recipes: Recipe[] }) {
  const w = useLearningWords()
  const two = useTwo()
  const titles = recipes.flatMap((recipe) => recipe.templates).filter((one) => verdict.templates.includes(one.id)).map((one) => two(one.title))
  const columns: PlainColumn<Finding>[] = [
    { key: 'where', title: w('recipes.where'), render: (finding) => <code>{finding.pointer}</code> },
    { key: 'rule', title: w('recipes.rule'), render: (finding) => w(`recipes.rule_${finding.rule}`) },
    { key: 'what', title: w('recipes.finding'), wide: true, render: (finding) => two(finding.detail) },
  ]
  if (verdict.valid) return <p className="bm-verdict bm-verdict-checked_clean">{w('recipes.good', { n, what: titles.join(' · ') })}</p>
  return (
    <>
      <p className="bm-verdict bm-verdict-failed">{w('recipes.bad', { n, count: verdict.findings.length })}</p>
      <PlainTable label={w('recipes.bad', { n, count: verdict.findings.length })} columns={columns} rows={verdict.findings} rowKey={(finding, index) => `${finding.pointer} ${index}`} />
    </>
  )
}

/** The statements in a text; a sentence of the browser where it is no JSON. */
export function statementsIn(text: string): unknown[] | string {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export function StatementCheck({ recipes, text, onText }: { recipes: Recipe[]; text: string; onText: (text: string) => void }) {
  const w = useLearningWords()
  const [note, setNote] = useState('')
  const box = useRef<HTMLElement>(null)
  const check = useMutation({ mutationFn: (statements: unknown[]) => data(api.POST('/api/v1/xapi/validate', { body: { statements } })) })
  const { reset } = check
  useEffect(() => {
    reset()
    setNote('')
    if (text !== '') box.current?.scrollIntoView({ block: 'nearest' })
  }, [text, reset])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const statements = statementsIn(text)
    const wrong = typeof statements === 'string' ? w('recipes.not_json', { why: statements }) : statements.length > most ? w('recipes.too_many') : ''
    setNote(wrong)
    if (typeof statements !== 'string' && wrong === '' && statements.length > 0) check.mutate(statements)
  }
  return (
    <section className="bm-panel" ref={box}>
      <h2>{w('recipes.check_title')}</h2>
      <p>{w('recipes.check_note')}</p>
      <form className="bm-form" onSubmit={submit}>
        <div><label htmlFor="recipe-statement">{w('recipes.statement')}</label><Input.TextArea id="recipe-statement" className="bm-recipe-box" rows={10} spellCheck={false} value={text} onChange={(event) => onText(event.target.value)} /></div>
        {note !== '' && <p className="bm-problem" role="alert">{note}</p>}
        <ProblemNote error={check.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={check.isPending} disabled={text.trim() === ''}>{w('recipes.check')}</Button></div>
      </form>
      <div role="status">{check.data?.items.map((verdict, index) => <Verdict key={index} verdict={verdict} n={index + 1} recipes={recipes} />)}</div>
    </section>
  )
}
