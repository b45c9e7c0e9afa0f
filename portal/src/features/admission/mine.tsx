// Where one (or one's child) is placed, with the reason for each choice. Nothing where nothing is published.
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import type { AdmissionChoice, AdmissionExplanation } from '@/shared/api/types'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

function One({ one, batch }: { one: AdmissionExplanation; batch: string }) {
  const w = useAdmissionWords()
  const two = useTwo()
  const columns: PlainColumn<AdmissionChoice>[] = [
    { key: 'order', title: w('mine.order'), align: 'right', render: (choice) => choice.order },
    { key: 'program', title: w('cut.program'), wide: true, render: (choice) => <>{choice.title} <small>{choice.program}</small></> },
    { key: 'outcome', title: w('mine.outcome'), render: (choice) => <Tag tone={choice.outcome === 'placed' ? 'green' : 'grey'}>{w(`mine.outcome_${choice.outcome}`)}</Tag> },
    { key: 'because', title: w('mine.because'), wide: true, render: (choice) => two(choice.because) },
  ]
  const title = <h2>{two(one.admission_title)} {one.run.year} {batch} · {one.result.number}</h2>
  const label = `${two(one.admission_title)} ${batch} ${one.result.number}`
  if (one.run.state === 'recalled') {
    return (
      <section className="bm-panel" aria-label={label}>
        {title}
        <p><Tag tone="amber">{w('mine.recalled')}</Tag></p>
        <p className="bm-page-note">{w('mine.recalled_note')}</p>
      </section>
    )
  }
  return (
    <section className="bm-panel" aria-label={label}>
      {title}
      <p><strong>{one.result.program !== '' ? w('mine.placed', { program: one.result.title }) : one.choices.every((choice) => choice.outcome === 'gone') ? w('mine.before') : w('mine.not_placed')}</strong></p>
      <PlainTable label={w('mine.because')} columns={columns} rows={one.choices} rowKey={(choice) => `${choice.batch} ${choice.order}`} />
    </section>
  )
}

export function Mine() {
  const w = useAdmissionWords()
  const two = useTwo()
  const me = useMe().data
  const concerns = me?.roles.some((held) => held.role === 'student' || held.role === 'guardian') === true
  const mine = useQuery({ queryKey: ['admissions-mine'], queryFn: () => data(api.GET('/api/v1/admissions/mine')), enabled: concerns })
  const all = useQuery({ queryKey: ['admissions'], queryFn: () => data(api.GET('/api/v1/admissions')), enabled: concerns })
  if (!concerns) return null
  const titleOf = (one: AdmissionExplanation) => {
    const batch = all.data?.items.find((admission) => admission.id === one.run.admission)?.batches.find((each) => each.id === one.run.batch)
    return batch === undefined ? one.run.batch : two(batch.title)
  }
  // A batch for which nothing was chosen has nothing to tell, unless what was told is taken back.
  const told = (list: { items: AdmissionExplanation[] }) => list.items.filter((one) => one.choices.length > 0 || one.run.state === 'recalled')
  return (
    <QueryView query={mine} isEmpty={(list) => told(list).length === 0} empty={<EmptyState title={w('mine.none')} hint={w('mine.none_hint')} />}>
      {(list) => <>{told(list).map((one) => <One key={`${one.run.id} ${one.result.number}`} one={one} batch={titleOf(one)} />)}</>}
    </QueryView>
  )
}
