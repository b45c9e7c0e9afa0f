// A mark for an answer, with a word if one wants. A bad one is shown to those who keep the words, without the asker.
import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { api } from '@/shared/api/client'
import { useAskWords } from '@/shared/i18n/ask'
import { ProblemNote } from '@/shared/ui/problem-note'

type Rating = 'up' | 'down'

export function Rate({ id }: { id: string }) {
  const w = useAskWords()
  const [rating, setRating] = useState<Rating | ''>('')
  const [word, setWord] = useState('')
  const [said, setSaid] = useState(false)
  // One after the other, so that the word is not overwritten by the mark; and each on its own, so that a mark still under way does not swallow the word's click.
  const one = { scope: { id: `ask-rating-${id}` }, mutationFn: (body: { rating: Rating | ''; word: string }) => api.POST('/api/v1/ask/ratings', { body: { id, ...body } }) }
  const rate = useMutation(one)
  const send = useMutation(one)
  const mark = (next: Rating) => {
    const chosen = rating === next ? '' : next
    setRating(chosen)
    setSaid(false)
    rate.mutate({ rating: chosen, word: '' })
  }
  const button = (which: Rating) => (
    <button type="button" className="bm-plain-button" aria-pressed={rating === which} onClick={() => mark(which)}>{w(`rate.${which}`)}</button>
  )
  return (
    <div className="bm-ask-rate">
      {button('up')}{button('down')}
      {rating !== '' && !said && (
        <form className="bm-inline" onSubmit={(event) => { event.preventDefault(); send.mutate({ rating, word }, { onSuccess: () => setSaid(true) }) }}>
          <label className="bm-labelled"><span>{w(`rate.word_${rating}`)}</span><Input value={word} maxLength={200} onChange={(event) => setWord(event.target.value)} /></label>
          <Button htmlType="submit" disabled={word.trim() === ''} loading={send.isPending}>{w('rate.send')}</Button>
        </form>
      )}
      {said && <span role="status">{w('rate.thanks')}</span>}
      <ProblemNote error={send.error ?? rate.error} />
    </div>
  )
}
