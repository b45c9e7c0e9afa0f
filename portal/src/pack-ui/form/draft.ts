// What was typed into a form, kept in the session store of the browser until it is saved or dropped.

export function readDraft(name: string): Record<string, string> {
  const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? '{}')
  if (typeof kept !== 'object' || kept === null) return {}
  return Object.fromEntries(Object.entries(kept).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
}

export function keepDraft(name: string, texts: Record<string, string>): void {
  sessionStorage.setItem(name, JSON.stringify(texts))
}

export function dropDraft(name: string): void {
  sessionStorage.removeItem(name)
}
