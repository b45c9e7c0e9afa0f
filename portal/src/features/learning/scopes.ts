/** What a key may do, in the order in which it is offered. */
export const scopeNames = ['statements/write', 'statements/read/mine', 'statements/read', 'state', 'profile', 'all'] as const
export type ScopeName = (typeof scopeNames)[number]
