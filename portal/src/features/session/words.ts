// Words for rights; one that is not known stands for itself.
import { useTranslation } from 'react-i18next'

export function useRightTitle(): (right: string) => string {
  const { t } = useTranslation()
  const titles = t('right', { returnObjects: true }) as Record<string, string>
  return (right) => titles[right.replace('.', '_')] ?? right
}
