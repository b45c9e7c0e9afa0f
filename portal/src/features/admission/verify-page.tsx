// For everybody, signed in or not: a draw of lots recomputed in this browser, from its public file alone. Nothing is sent anywhere.
import { useRef, useState } from 'react'
import { useAdmissionWords } from '@/shared/i18n/admission'
import { readLottery, verifyLottery, type LotteryFile, type Verdict } from './lottery'

type Told = { file: LotteryFile; verdict: Verdict }

function Answer({ file, verdict }: Told) {
  const w = useAdmissionWords()
  const [asked, setAsked] = useState('')
  const place = file.order.indexOf(asked.trim()) + 1
  const sentence = !verdict.good ? w(`verify.bad_${verdict.why || 'format'}`, { place: verdict.place }) : verdict.drawn ? w('verify.good') : w('verify.not_drawn')
  return (
    <section className="bm-panel" aria-live="polite">
      <h2>{verdict.good ? '✓ ' : '✗ '}{sentence}</h2>
      <dl className="bm-facts bm-facts-wide">
        <div><dt>{w('verify.what')}</dt><dd>{file.admission} {file.year} {file.batch}</dd></div>
        <div><dt>{w('verify.n')}</dt><dd>{file.list.length}</dd></div>
        <div><dt>{w('verify.list_hash')}</dt><dd><code>{file.list_sha256}</code></dd></div>
        {file.digits !== '' && <div><dt>{w('verify.digits')}</dt><dd><code>{file.digits}</code></dd></div>}
        {file.order_sha256 !== '' && <div><dt>{w('verify.order_hash')}</dt><dd><code>{file.order_sha256}</code></dd></div>}
      </dl>
      {verdict.good && verdict.drawn && (
        <p>
          <label>{w('verify.number')} <input className="bm-input" value={asked} onChange={(event) => setAsked(event.target.value)} inputMode="numeric" autoComplete="off" /></label>{' '}
          <output>{asked.trim() === '' ? '' : place > 0 ? w('verify.place', { place }) : w('verify.not_in_list')}</output>
        </p>
      )}
    </section>
  )
}

type State = { at: 'idle' | 'failed' | 'not_lottery' } | { at: 'working'; done: number } | ({ at: 'told' } & Told)

export default function VerifyPage() {
  const w = useAdmissionWords()
  const [state, setState] = useState<State>({ at: 'idle' })
  const run = useRef(0)
  const check = async (chosen: File) => {
    const mine = ++run.current
    const tell = (next: State) => { if (mine === run.current) setState(next) } // another file was chosen meanwhile: what comes of the first is not its
    tell({ at: 'working', done: 0 })
    try {
      const file = readLottery(await chosen.text())
      tell(file === null ? { at: 'not_lottery' } : { at: 'told', file, verdict: await verifyLottery(file, (done) => tell({ at: 'working', done })) })
    } catch {
      tell({ at: 'failed' })
    }
  }
  return (
    <main className="bm-page bm-alone">
      <header className="bm-page-head">
        <div>
          <h1>{w('verify.title')}</h1>
          <p className="bm-page-note">{w('verify.note')}</p>
        </div>
      </header>
      <section className="bm-panel">
        <label>
          {w('verify.choose')}{' '}
          <input type="file" accept=".json,application/json" onChange={(event) => { const chosen = event.target.files?.[0]; if (chosen) void check(chosen) }} />
        </label>
        <p className="bm-page-note">{w('verify.program')} <code>banmo verify lottery.json</code></p>
        {!('subtle' in crypto) && <p role="alert">{w('verify.insecure')}</p>}
        {state.at === 'working' && <p>{w('verify.working')} <progress value={state.done} max={1} aria-label={w('verify.working')} /></p>}
        {state.at === 'failed' && <p role="alert">{w('verify.failed')}</p>}
        {state.at === 'not_lottery' && <p role="alert">{w('verify.bad_format')}</p>}
      </section>
      {state.at === 'told' && <Answer file={state.file} verdict={state.verdict} />}
    </main>
  )
}
