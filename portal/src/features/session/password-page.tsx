import { useTranslation } from 'react-i18next'
import { Page } from '@/shared/ui/page'
import { PasswordForm } from './password-form'

export default function PasswordPage() {
  const { t } = useTranslation()
  return <Page title={t('session.change_password')}><section className="bm-panel"><PasswordForm /></section></Page>
}
