import { useTranslation } from 'react-i18next'

/** A figure that is hidden because too few people stand behind it. */
export function Suppressed({ minCell }: { minCell?: number }) {
  const { t } = useTranslation()
  return <span className="bm-suppressed" title={t('value.suppressed_why')}>{minCell === undefined ? t('value.suppressed') : `<${minCell}`}</span>
}
