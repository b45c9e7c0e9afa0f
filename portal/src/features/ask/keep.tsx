// Keeping an answer: saved in one's own list, shared by a link that answers anew for whoever opens it, put on a dashboard.
import { Button } from 'antd'
import { useState } from 'react'
import type { AskAnswer } from '@/shared/api/types'
import { appUrl } from '@/shared/base'
import { useAskWords } from '@/shared/i18n/ask'
import { useRight } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'
import type { Kind } from './picture'
import { useHistoryChange } from './queries'
import { SaveBoard } from './save-board'

function linkTo(id: string): string {
  return appUrl(`/ask?shared=${encodeURIComponent(id)}`)
}

export function Keep({ answer, id, kind, title }: { answer: AskAnswer; id: string; kind: Kind; title: string }) {
  const w = useAskWords()
  const author = useRight('dashboards.manage')
  const { change } = useHistoryChange()
  const [saved, setSaved] = useState(false)
  const [link, setLink] = useState('')
  const [boarding, setBoarding] = useState(false)
  const share = () => change.mutate({ id, shared: true }, {
    onSuccess: () => {
      setLink(linkTo(id))
      // A browser without a clipboard (plain http) still shows the link to copy by hand.
      void navigator.clipboard?.writeText(linkTo(id)).catch(() => undefined)
    },
  })
  return (
    <div className="bm-ask-keep">
      <button type="button" className="bm-plain-button" aria-pressed={saved} disabled={change.isPending} onClick={() => change.mutate({ id, saved: !saved }, { onSuccess: () => setSaved(!saved) })}>{saved ? w('keep.saved') : w('keep.save')}</button>
      <button type="button" className="bm-plain-button" disabled={change.isPending} onClick={share}>{w('keep.share')}</button>
      {author && <button type="button" className="bm-plain-button" onClick={() => setBoarding(true)}>{w('keep.board')}</button>}
      {link !== '' && (
        <p className="bm-ask-link" role="status">
          {w('keep.shared')} <input className="bm-ask-url" aria-label={w('keep.link')} readOnly value={link} onFocus={(event) => event.target.select()} />
          <Button size="small" onClick={() => change.mutate({ id, shared: false }, { onSuccess: () => setLink('') })}>{w('keep.unshare')}</Button>
        </p>
      )}
      <ProblemNote error={change.error} />
      {boarding && <SaveBoard answer={answer} kind={kind} title={title} onClose={() => setBoarding(false)} />}
    </div>
  )
}
