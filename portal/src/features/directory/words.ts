// Words for the kernel's roles and sexes; an unknown code stands for itself.
import { useTranslation } from 'react-i18next'

export function useRoleTitle(): (role: string) => string {
  const { t, i18n } = useTranslation()
  const titles = t('role', { returnObjects: true }) as Record<string, string>
  return (role) => (i18n.isInitialized ? titles[role] : undefined) ?? role
}

export function useSexTitle(): (sex?: string) => string {
  const { t } = useTranslation()
  const titles = t('sex', { returnObjects: true }) as Record<string, string>
  return (sex) => (sex === undefined ? t('value.hidden') : (titles[sex] ?? sex))
}
