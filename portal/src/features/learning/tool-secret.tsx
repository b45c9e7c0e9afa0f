// What a new key is called and its secret, shown once, with the address that the tool needs.
import { appUrl } from '@/shared/base'
import { useLearningWords } from '@/shared/i18n/learning'
import { CopyButton } from '@/shared/ui/copy-button'

export function ToolSecret({ made }: { made: { key: string; secret: string } }) {
  const w = useLearningWords()
  const rows: [string, string][] = [[w('tools.endpoint'), appUrl('xapi/')], [w('tools.user'), made.key], [w('tools.secret'), made.secret]]
  return (
    <div className="bm-done" role="status">
      <p>{w('tools.once')}</p>
      <dl className="bm-learning-secret">
        {rows.map(([what, text]) => (
          <div key={what}><dt>{what}</dt><dd><code className={what === w('tools.secret') ? 'bm-secret' : undefined}>{text}</code><CopyButton text={text} label={w('tools.copy', { what })} done={w('tools.copied', { what })} /></dd></div>
        ))}
      </dl>
    </div>
  )
}
