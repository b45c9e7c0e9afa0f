// Under which key the runs of an admission are kept.
export const runsKey = (admission: string) => ['admission-runs', admission] as const
