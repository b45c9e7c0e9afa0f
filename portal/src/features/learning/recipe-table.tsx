// The templates of a recipe: what each is of, its rules in words, and an example to copy.
import { Button } from 'antd'
import type { Recipe, RecipeTemplate } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { Tag } from '@/shared/ui/tag'
import { CopyButton } from '@/shared/ui/copy-button'

type Rule = RecipeTemplate['rules'][number]
const tones = { included: 'blue', excluded: 'red', recommended: 'grey' } as const

function RuleLine({ rule }: { rule: Rule }) {
  const w = useLearningWords()
  const two = useTwo()
  const list = (values: unknown[]) => values.map((value) => JSON.stringify(value)).join(', ')
  const words = [
    rule.any && w('recipes.any', { list: list(rule.any) }), rule.all && w('recipes.all', { list: list(rule.all) }), rule.none && w('recipes.none_of', { list: list(rule.none) }), rule.note && two(rule.note),
  ].filter((text) => text !== undefined)
  return (
    <li>
      {rule.presence !== undefined && <Tag tone={tones[rule.presence]}>{w(`recipes.${rule.presence}`)}</Tag>} <code>{rule.location}{rule.selector !== undefined && ` → ${rule.selector}`}</code>
      {words.length > 0 && <small> {words.join(' · ')}</small>}
    </li>
  )
}

export function RecipeTable({ recipe, onTry }: { recipe: Recipe; onTry: (text: string) => void }) {
  const w = useLearningWords()
  const two = useTwo()
  const columns: PlainColumn<RecipeTemplate>[] = [
    { key: 'what', title: w('recipes.template'), wide: true, render: (one) => <><strong>{two(one.title)}</strong><br /><small>{two(one.definition)}</small></> },
    { key: 'words', title: w('recipes.words'), wide: true, render: (one) => <ul className="bm-recipe-rules">{one.properties.map((part) => <li key={`${part.place} ${part.iri}`}><small>{part.place}</small><br /><code>{part.iri}</code></li>)}</ul> },
    { key: 'rules', title: w('recipes.rules'), wide: true, render: (one) => <ul className="bm-recipe-rules">{one.rules.map((rule, index) => <RuleLine key={index} rule={rule} />)}</ul> },
    {
      key: 'example', title: w('recipes.example'), render: (one) => {
        if (one.example === undefined) return ''
        const text = JSON.stringify(one.example, null, 2)
        return <span className="bm-recipe-acts"><CopyButton text={text} label={w('recipes.copy')} done={w('recipes.copied')} /><Button size="small" onClick={() => onTry(text)} aria-label={`${w('recipes.try')}: ${two(one.title)}`}>{w('recipes.try')}</Button></span>
      },
    },
  ]
  return <div className="bm-recipe-table"><PlainTable label={w('recipes.templates')} columns={columns} rows={recipe.templates} rowKey={(one) => one.id} /></div>
}
