// A button that fetches a file and shows the server's sentence when it is refused.
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { downloadFile } from '../download'
import { ProblemNote } from './problem-note'

type Props = { path: string; name: string; icon?: ReactNode; type?: 'primary' | 'default' | 'link'; children: ReactNode }

export function DownloadButton({ path, name, icon, type = 'default', children }: Props) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const fetchFile = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await downloadFile(path, name)
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return (
    <>
      <Button type={type} icon={icon} loading={busy} onClick={() => void fetchFile()}>{children}</Button>
      {error !== undefined && <ProblemNote error={error} />}
    </>
  )
}
