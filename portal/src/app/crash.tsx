// The last net: a page that fails to draw says so and offers to load again.
import i18next from 'i18next'
import { Component, type ReactNode } from 'react'

export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  render() {
    if (!this.state.failed) return this.props.children
    return (
      <div className="bm-plate bm-plate-error" role="alert">
        <p className="bm-plate-title">{i18next.t('error.unexpected')}</p>
        <p className="bm-plate-hint">{i18next.t('error.unexpected_hint')}</p>
        <button type="button" className="bm-plain-button" onClick={() => location.reload()}>{i18next.t('action.reload')}</button>
      </div>
    )
  }
}
