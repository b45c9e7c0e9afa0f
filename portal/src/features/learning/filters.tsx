// What is asked of the stream. It stands in the address, so that it can be sent to somebody and survives a reload.
import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { OrgInput } from '@/pack-ui/form/org-input'
import { PersonInput } from '@/pack-ui/form/person-input'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { useRight } from '@/shared/session/use-me'
import { Choice } from '@/shared/ui/choice'
import { useAddress } from '@/shared/ui/search-params'
import { filterNames } from './records'

const rest = ['verb', 'activity', 'type', 'platform'] as const

function ToolChoice({ value, onChange }: { value: string; onChange: (key: string | undefined) => void }) {
  const w = useLearningWords()
  const keys = useQuery({ queryKey: ['xapi-keys'], queryFn: () => data(api.GET('/api/v1/xapi/keys')) })
  const options = (keys.data?.items ?? []).map((key) => ({ value: key.key, label: key.title }))
  return <Choice label={w('filter.tool')} value={value} empty={w('filter.any_tool')} onChange={onChange} options={options.length > 0 || value === '' ? options : [{ value, label: value }]} />
}

export function Filters({ personName }: { personName?: string }) {
  const w = useLearningWords()
  const [address, change] = useAddress()
  const seesKeys = useRight('xapi.keys')
  const get = (name: string) => address.get(name) ?? ''
  const results = (['passed', 'failed', 'completed'] as const).map((value) => ({ value, label: w(`filter.${value}`) }))
  const asked = filterNames.some((name) => get(name) !== '')
  return (
    <div className="bm-learning-filters">
      <div className="bm-query">
        <Input.Search key={get('q')} aria-label={w('filter.text')} placeholder={w('filter.text')} defaultValue={get('q')} allowClear onSearch={(text) => change({ q: text.trim() })} />
        <label className="bm-labelled">{w('filter.from')}<input className="bm-select" type="date" value={get('from')} max={get('to') || undefined} onChange={(event) => change({ from: event.target.value })} /></label>
        <label className="bm-labelled">{w('filter.to')}<input className="bm-select" type="date" value={get('to')} min={get('from') || undefined} onChange={(event) => change({ to: event.target.value })} /></label>
        <Choice label={w('filter.result')} value={get('result')} options={results} empty={w('filter.any_result')} onChange={(result) => change({ result })} />
        <div className="bm-labelled"><label htmlFor="learning-person">{w('filter.person')}</label><PersonInput id="learning-person" keep="id" value={get('person')} title={personName} disabled={false} onChange={(person) => change({ person })} /></div>
        <div className="bm-labelled"><label htmlFor="learning-org">{w('filter.org')}</label><OrgInput id="learning-org" value={get('org')} disabled={false} onChange={(org) => change({ org })} /></div>
        {seesKeys && <ToolChoice value={get('key')} onChange={(key) => change({ key })} />}
        {asked && <button type="button" className="bm-plain-button" onClick={() => change(Object.fromEntries(filterNames.map((name) => [name, undefined])))}>{w('filter.clear')}</button>}
      </div>
      <details className="bm-details" open={rest.some((name) => get(name) !== '') || undefined}>
        <summary>{w('filter.more')}</summary>
        <form className="bm-steps-line" onSubmit={(event) => { event.preventDefault(); const form = new FormData(event.currentTarget); change(Object.fromEntries(rest.map((name) => [name, String(form.get(name) ?? '').trim()]))) }}>
          {rest.map((name) => <label key={`${name} ${get(name)}`}>{w(`filter.${name}`)}<Input name={name} defaultValue={get(name)} maxLength={1000} /></label>)}
          <button type="submit" className="bm-button">{w('filter.apply')}</button>
        </form>
      </details>
    </div>
  )
}
