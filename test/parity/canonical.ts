/** The same value with its keys in order, and without what a run gives by chance: uids, revisions, which count writes, and the
 *  moment that the client itself reads from its clock. */
const BY_CHANCE: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'kubectl.kubernetes.io/restartedAt', 'lastUpdateTime']);

export function canonicalJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !BY_CHANCE.has(key));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonicalJson(item)]));
}

/** Chooses a share of the cases, the same in each run. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
}

/** The objects as the commands meant them: who owns which field is the server's account, compared live only, so that what was
 *  recorded does not grow old with it. */
export function withoutOwners(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwners);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields')
      .map(([key, item]) => [key, withoutOwners(item)]),
  );
}
