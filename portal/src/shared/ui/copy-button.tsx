import { Button } from 'antd'
import { useState } from 'react'

/** Puts a text on the clipboard and says so. Where the browser has no clipboard (plain HTTP), the text beside it can be selected. */
export function CopyButton({ text, label, done }: { text: string; label: string; done: string }) {
  const [copied, setCopied] = useState(false)
  if (typeof navigator.clipboard?.writeText !== 'function') return null
  return (
    <>
      <Button size="small" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}>{label}</Button>
      <span role="status">{copied && ` ${done}`}</span>
    </>
  )
}
