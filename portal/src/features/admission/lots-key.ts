// Under which key the draws of an admission are kept.
export const lotsKey = (admission: string) => ['admission-lots', admission] as const
