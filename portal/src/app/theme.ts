// Tokens of the whole portal. antd's own greys and blues miss WCAG AA contrast; these hold 4.5:1 on white and on the page's ground.
import type { ThemeConfig } from 'antd'

export const theme: ThemeConfig = {
  token: {
    // Popups of antd wait for the end of their motion, so motion is switched off here and not by shortening it in CSS.
    motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    colorPrimary: '#0b57d0',
    colorInfo: '#0b57d0',
    colorLink: '#0b57d0',
    colorLinkHover: '#0842a0',
    colorSuccess: '#146c2e',
    colorWarning: '#8a5300',
    colorError: '#b3261e',
    colorText: '#1b1f27',
    colorTextSecondary: 'rgba(0,0,0,.72)',
    colorTextTertiary: 'rgba(0,0,0,.66)',
    colorTextQuaternary: 'rgba(0,0,0,.62)',
    colorTextDescription: 'rgba(0,0,0,.65)',
    colorTextPlaceholder: 'rgba(0,0,0,.60)',
    colorTextDisabled: 'rgba(0,0,0,.60)',
    colorBorder: '#8b93a1',
    colorBgLayout: '#f3f6fb',
    borderRadius: 6,
    fontFamily: "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    fontFamilyCode: "ui-monospace, 'Cascadia Mono', Menlo, 'Noto Sans Mono CJK SC', monospace",
  },
}
