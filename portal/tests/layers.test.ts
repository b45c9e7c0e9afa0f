import { describe, expect, it } from 'vitest'

type Checker = { checkAll: () => { n: number; problems: string[] }; problemsOf: (name: string, text: string) => string[] }
const { checkAll, problemsOf } = (await import('../scripts/check-layers.mjs' as string)) as Checker

describe('layers', () => {
  it('holds in every file of the portal', () => {
    expect(checkAll().problems).toEqual([])
  })

  it('refuses an import against the direction', () => {
    expect(problemsOf('shared/ui/a.ts', "import { x } from '@/features/plan/targets'")).toEqual(['shared/ui/a.ts:1: shared must not import features'])
  })

  it('refuses one feature reading another', () => {
    expect(problemsOf('features/plan/a.ts', "import { x } from '../records/queries'")).toEqual(['features/plan/a.ts:1: features/plan must not import features/records'])
  })

  it('refuses any, long components and other names', () => {
    expect(problemsOf('shared/MyThing.tsx', `${'\n'.repeat(151)}const x: any = 1`)).toHaveLength(3)
  })

  it('refuses readers of the schema beside its module', () => {
    expect(problemsOf('shared/ui/a.ts', "import type { paths } from '../api/schema'")).toHaveLength(1)
  })
})
