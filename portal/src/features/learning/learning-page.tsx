// Learning records: a plain time-line for pupils and guardians, the stream with filters for everybody else.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useMe } from '@/shared/session/use-me'
import { Family } from './family'
import { Stream } from './stream'

const familyRoles = ['student', 'guardian']

export default function LearningPage() {
  const me = useMe()
  const isFamily = me.data?.roles.every((held) => familyRoles.includes(held.role)) ?? false
  return isFamily ? <Family /> : <Stream />
}
