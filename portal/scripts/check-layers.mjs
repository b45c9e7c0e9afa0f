// Reads src and refuses what the portal's rules forbid: imports against the direction app > features > pack-ui > shared, one feature
// reading another, names that are not kebab-case, components above 150 lines, `any`, and readers of the API schema beside its module.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = join(import.meta.dirname, '../src')
const order = ['shared', 'pack-ui', 'features', 'app']
const schemaReaders = ['shared/api/types.ts', 'shared/api/client.ts']

/** Problems of one file; `name` is its path below src with slashes. */
export function problemsOf(name, text) {
  const problems = []
  const [layer, engine] = name.split('/')
  const say = (line, what) => problems.push(`${name}:${line}: ${what}`)
  if (!name.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?(\.(ts|tsx|css|json))?$/.test(part))) say(1, 'the name is not kebab-case')
  const lines = text.split('\n')
  if (name.endsWith('.tsx') && lines.length - 1 > 150) say(lines.length, `${lines.length - 1} lines; a component has at most 150`)
  lines.forEach((line, i) => {
    if (/(:|<|\bas|=>|\|)\s*any\b/.test(line.replace(/\/\/.*|^\s*\/?\*.*/, ''))) say(i + 1, '`any`: name the type')
    const found = /(?:from|import)\s*\(?\s*'([^']+)'/.exec(line)
    if (found === null) return
    const target = found[1].startsWith('@/') ? found[1].slice(2) : found[1].startsWith('.') ? relative(src, resolve(src, dirname(name), found[1])).replaceAll('\\', '/') : null
    if (target === null || layer === 'main.tsx') return
    const [to, toEngine] = target.split('/')
    if (order.indexOf(to) > order.indexOf(layer)) say(i + 1, `${layer} must not import ${to}`)
    if (layer === 'features' && to === 'features' && engine !== toEngine) say(i + 1, `features/${engine} must not import features/${toEngine}`)
    if (target === 'shared/api/schema' && !schemaReaders.includes(name)) say(i + 1, 'only shared/api/types.ts and client.ts read the schema')
  })
  return problems
}

export function checkAll() {
  const files = readdirSync(src, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name))
  const names = files.map((entry) => relative(src, join(entry.parentPath, entry.name)).replaceAll('\\', '/')).sort()
  return { n: names.length, problems: names.flatMap((name) => problemsOf(name, readFileSync(join(src, name), 'utf8'))) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { n, problems } = checkAll()
  for (const problem of problems) console.error(problem)
  console.log(`${n} files, ${problems.length} problems`)
  if (problems.length > 0) process.exit(1)
}
