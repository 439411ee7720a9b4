/** Partial objects: what the pattern names must be there; lists match by the key that their items carry, else each item
 *  must be found somewhere. The same reading as Chainsaw's assertions. Pure. */

const KEYS = ['name', 'type', 'key', 'port', 'containerPort', 'uid'];

/** The first difference as "spec.replicas: 2, not 3"; undefined where it matches. */
export function difference(pattern: unknown, value: unknown, path = ''): string | undefined {
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return `${path || 'it'} is not a list`;
    for (const item of pattern) {
      const found = candidate(item, value);
      const missed = found === undefined ? say(path, undefined, item) : difference(item, found, path);
      if (missed !== undefined) return missed;
    }
    return undefined;
  }
  if (typeof pattern === 'object' && pattern !== null) {
    if (typeof value !== 'object' || value === null) return say(path, value, pattern);
    for (const [name, part] of Object.entries(pattern)) {
      const missed = difference(part, (value as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`);
      if (missed !== undefined) return missed;
    }
    return undefined;
  }
  return pattern === value ? undefined : say(path, value, pattern);
}

function candidate(item: unknown, list: readonly unknown[]): unknown {
  if (typeof item !== 'object' || item === null) return list.find((one) => one === item);
  const key = KEYS.find((name) => name in item);
  if (key === undefined) return list.find((one) => difference(item, one) === undefined);
  const wanted = (item as Record<string, unknown>)[key];
  return list.find((one) => typeof one === 'object' && one !== null && (one as Record<string, unknown>)[key] === wanted);
}

const short = (value: unknown): string =>
  value === undefined ? 'missing' : typeof value === 'string' ? value : JSON.stringify(value);
const say = (path: string, value: unknown, wanted: unknown): string => `${path} is ${short(value)}, not ${short(wanted)}`;
