/** Which tags an image has: any other is "not found", as at a registry. */

export interface Versions {
  /** Lowest and highest minor of each major: { 1: [7, 29] }. */
  readonly majors: Readonly<Record<number, readonly [number, number]>>;
  /** Suffixes after a dash: "alpine", "bookworm". "alpine3.20" counts as "alpine". */
  readonly suffixes?: readonly string[];
  /** Tags that are words: "latest" is always one. */
  readonly words?: readonly string[];
  readonly patchMax?: number;
}

export function versionTags(versions: Versions): (tag: string) => boolean {
  const suffixes = new Set(versions.suffixes ?? []);
  const words = new Set(['latest', ...versions.words ?? []]);
  const isSuffix = (text: string): boolean => text.split('-').every(part => suffixes.has(part) || suffixes.has(part.replace(/[0-9.]+$/, '')) || /^[0-9]+$/.test(part));
  return tag => {
    if (words.has(tag) || suffixes.has(tag) || (suffixes.has(tag.replace(/[0-9.]+$/, '')) && /[0-9]$/.test(tag))) return true;
    const found = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:[.][0-9]+)?(?:-(.+))?$/.exec(tag);
    if (found === null) {
      const [word, ...rest] = tag.split('-');
      return words.has(word!) && rest.length > 0 && isSuffix(rest.join('-'));
    }
    const range = versions.majors[Number(found[1])];
    if (range === undefined) return false;
    if (found[2] !== undefined && (Number(found[2]) < range[0] || Number(found[2]) > range[1])) return false;
    if (found[3] !== undefined && Number(found[3]) > (versions.patchMax ?? 60)) return false;
    return found[4] === undefined || isSuffix(found[4]);
  };
}

/** "1.25" and "1.25-alpine" to "1.25.5"; words to the newest. */
export function versionOf(tag: string, newest: string): string {
  const found = /^v?([0-9]+(?:\.[0-9]+)*)/.exec(tag);
  if (found === null) return newest;
  const parts = found[1]!.split('.');
  while (parts.length < 3) parts.push(parts.length === 1 && newest.startsWith(`${parts[0]}.`) ? newest.split('.')[1]! : '0');
  return parts.join('.');
}

export const anyTag = (): boolean => true;
