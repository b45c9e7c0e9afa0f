// The question that lacked a word, asked again now that the word is taught.
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api } from '@/shared/api/client'
import { currentLanguage } from '@/shared/i18n'
import { useAskWords } from '@/shared/i18n/ask'
import { QueryView } from '@/shared/ui/query-view'
import { ask } from './queries'

export function Try({ word, question, id, onGone }: { word: string; question: string; id: string; onGone: () => void }) {
  const w = useAskWords()
  const again = useQuery({ queryKey: ['ask-again', question, word], queryFn: () => ask(question), enabled: question !== '', staleTime: Infinity, gcTime: 0 })
  const gone = useMutation({ mutationFn: () => api.DELETE('/api/v1/ask/failed/{id}', { params: { path: { id } } }), onSuccess: onGone })
  return (
    <section className="bm-panel" aria-label={w('try.title')}>
      <p role="status">{w('try.taught', { word })}</p>
      {question !== '' && (
        <QueryView query={again} rows={1}>
          {(answer) => (
            <>
              <p><strong>{question}</strong></p>
              <p>{currentLanguage() === 'en' ? answer.sentence_en : answer.sentence} {answer.code !== undefined && <code>{answer.code}</code>}</p>
              {answer.code === undefined && !gone.isSuccess && <Button loading={gone.isPending} onClick={() => gone.mutate()}>{w('try.done')}</Button>}
              {gone.isSuccess && <p role="status">{w('try.gone')}</p>}
            </>
          )}
        </QueryView>
      )}
    </section>
  )
}
