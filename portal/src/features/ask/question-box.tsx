// Where a question is typed: Enter asks, Shift+Enter begins a line.
import { Button } from 'antd'
import { useAskWords } from '@/shared/i18n/ask'

type Props = { value: string; busy: boolean; following: boolean; onChange: (text: string) => void; onAsk: (text: string) => void; onNew: () => void }
const mostCharacters = 2000

export function QuestionBox({ value, busy, following, onChange, onAsk, onNew }: Props) {
  const w = useAskWords()
  const send = () => {
    if (value.trim() !== '' && !busy) onAsk(value.trim())
  }
  return (
    <form className="bm-ask-box" onSubmit={(event) => { event.preventDefault(); send() }}>
      <label className="bm-labelled" htmlFor="ask-question"><span>{following ? w('box.follow') : w('box.label')}</span></label>
      <textarea
        id="ask-question" className="bm-ask-input" rows={2} maxLength={mostCharacters} value={value} placeholder={following ? w('box.follow_hint') : w('box.hint')} enterKeyHint="send"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) { event.preventDefault(); send() } }}
      />
      <div className="bm-ask-actions">
        {following && <Button onClick={onNew}>{w('box.new')}</Button>}
        <Button type="primary" htmlType="submit" loading={busy} disabled={value.trim() === ''}>{w('box.ask')}</Button>
      </div>
    </form>
  )
}
