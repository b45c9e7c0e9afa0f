// How an answer was computed: definitions, formulas, files.
import type { AskAnswer } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useAskWords } from '@/shared/i18n/ask'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { Sheet } from '@/shared/ui/sheet'
import { EmptyState } from '@/shared/ui/states'

type Source = AskAnswer['sources'][number]

export function How({ answer, title, onClose }: { answer: AskAnswer; title: string; onClose: () => void }) {
  const w = useAskWords()
  const titleOf = useDatasetTitles()
  const columns: PlainColumn<Source>[] = [
    { key: 'file', title: w('how.file'), wide: true, render: (source) => source.file },
    { key: 'at', title: w('how.at'), render: (source) => formatTime(source.at) },
    { key: 'rows', title: w('how.rows'), align: 'right', render: (source) => formatNumber(source.n_rows) },
  ]
  return (
    <Sheet title={w('how.title', { title })} onClose={onClose}>
      <div className="bm-stack">
        {answer.computed.map((metric) => (
          <section key={metric.id}>
            <h3>{metric.title} <code>{metric.id}</code></h3>
            <p>{metric.definition}</p>
            <dl className="bm-facts bm-facts-wide">
              <div><dt>{w('how.formula')}</dt><dd><code>{metric.formula}</code></dd></div>
              <div><dt>{w('how.dataset')}</dt><dd>{titleOf(metric.dataset)}</dd></div>
            </dl>
          </section>
        ))}
        <h3>{w('how.sources')}</h3>
        {answer.sources.length === 0 ? <EmptyState title={w('how.none')} /> : <PlainTable label={w('how.sources')} columns={columns} rows={answer.sources} rowKey={(source) => source.batch} />}
      </div>
    </Sheet>
  )
}
