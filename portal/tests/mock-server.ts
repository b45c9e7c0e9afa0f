// Starts the development stand-in for the component tests, at the address that vite.config.ts gives to jsdom.
export default async function start(): Promise<() => Promise<void>> {
  const { startMock } = (await import('../dev/mock.mjs' as string)) as { startMock: (options: { port: number; stepMs: number }) => Promise<{ stop: () => Promise<void> }> }
  const mock = await startMock({ port: 41733, stepMs: 5 })
  return () => mock.stop()
}
