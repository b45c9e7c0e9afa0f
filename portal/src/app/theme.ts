// Tokens of the whole portal. antd's own greys and blues miss WCAG AA contrast; these hold 4.5:1 on white and on the page's ground.
import { theme as antdTheme, type ThemeConfig } from 'antd'

const light: ThemeConfig = {
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

// Dark colours: the same names, 4.5:1 on the dark paper (#1a1f29) and ground (#11151c).
const dark: ThemeConfig = {
  algorithm: antdTheme.darkAlgorithm,
  token: {
    ...light.token,
    colorPrimary: '#3b78e7',
    colorInfo: '#8ab4f8',
    colorLink: '#8ab4f8',
    colorLinkHover: '#aecbfa',
    colorSuccess: '#6dd58c',
    colorWarning: '#f5b942',
    colorError: '#f28b82',
    colorText: '#e6e9ef',
    colorTextSecondary: 'rgba(255,255,255,.80)',
    colorTextTertiary: 'rgba(255,255,255,.74)',
    colorTextQuaternary: 'rgba(255,255,255,.70)',
    colorTextDescription: 'rgba(255,255,255,.74)',
    colorTextPlaceholder: 'rgba(255,255,255,.66)',
    colorTextDisabled: 'rgba(255,255,255,.66)',
    colorBorder: '#8b93a1',
    colorBgBase: '#1a1f29',
    colorBgLayout: '#11151c',
  },
  // As a ground under white words the primary colour is darker than words on dark paper may be; words of danger are as light as named above, not as the algorithm darkens them.
  components: {
    Button: { colorError: '#f28b82', colorErrorHover: '#f6aea9', colorErrorBorderHover: '#f6aea9', colorErrorActive: '#f28b82', dangerColor: '#11151c' },
    Tabs: { itemSelectedColor: '#8ab4f8', itemHoverColor: '#aecbfa', itemActiveColor: '#8ab4f8', inkBarColor: '#8ab4f8' },
  },
}

export function themeOf(isDark: boolean): ThemeConfig {
  return isDark ? dark : light
}
