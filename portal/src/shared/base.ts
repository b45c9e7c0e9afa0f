// Where the portal is mounted. Every page lives one segment below the base (/prefix/dataset?id=...), so the directory of the
// document is the base at any prefix; a <base href> written by a proxy wins.
const base = new URL('.', document.baseURI)

/** Path prefix for the router, with its closing slash, so that the way home keeps it and home can be loaded again. */
export const basename = base.pathname

/** Absolute address of a path below the base, for example appUrl('api/v1/me'). */
export function appUrl(path: string): string {
  return new URL(path.replace(/^\//, ''), base).href
}
