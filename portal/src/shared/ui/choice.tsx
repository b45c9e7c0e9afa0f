// A choice among a few values with the browser's own control: fast, and at home on phones. An empty value stands for all.
type Props = { label: string; value: string; options: { value: string; label: string }[]; empty?: string; onChange: (value: string | undefined) => void; hideLabel?: boolean }

export function Choice({ label, value, options, empty, onChange, hideLabel }: Props) {
  return (
    <label className="bm-labelled">
      <span className={hideLabel ? 'bm-hidden' : undefined}>{label}</span>
      <select className="bm-select" value={value} onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}>
        {empty !== undefined && <option value="">{empty}</option>}
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </label>
  )
}
