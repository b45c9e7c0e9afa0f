// Recipes: how tools write learning records so that scenes understand them, and a box in which statements are checked.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/shared/api/client'
import { appUrl } from '@/shared/base'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { CopyButton } from '@/shared/ui/copy-button'
import { RecipeTable } from './recipe-table'
import { StatementCheck } from './statement-check'

export default function RecipesPage() {
  const w = useLearningWords()
  const two = useTwo()
  const [address, change] = useAddress()
  const [text, setText] = useState('')
  const recipes = useQuery({ queryKey: ['recipes'], queryFn: () => data(api.GET('/api/v1/xapi/profiles')), staleTime: 300_000 })
  return (
    <Page title={w('recipes.title')} crumbs={[{ title: w('tools.title'), to: '/tools' }]} note={w('recipes.note')}>
      <QueryView query={recipes} isEmpty={({ items }) => items.length === 0} empty={<EmptyState title={w('recipes.none')} hint={w('recipes.none_hint')} />}>
        {({ items }) => {
          const chosen = items.find((one) => one.id === address.get('recipe')) ?? items[0]
          return chosen && (
            <>
              <div className="bm-query"><Choice label={w('recipes.choose')} value={chosen.id} options={items.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={(id) => change({ recipe: id })} /></div>
              <section className="bm-panel">
                <h2>{two(chosen.title)}</h2>
                <p>{two(chosen.definition)}</p>
                <p className="bm-links">{w('recipes.version')} <code>{chosen.version}</code><CopyButton text={chosen.version} label={w('recipes.copy_version')} done={w('recipes.copied_version')} /><a href={appUrl(`api/v1/xapi/profiles/${chosen.id}`)}>{w('recipes.document')}</a></p>
                <RecipeTable recipe={chosen} onTry={setText} />
              </section>
              <StatementCheck recipes={items} text={text} onText={setText} />
            </>
          )
        }}
      </QueryView>
    </Page>
  )
}
