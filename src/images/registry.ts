/** What a registry answers: an image of the catalogue, a made-up one, or a refusal. Pure.
 *  Differs from Kubernetes: whether an image that the catalogue lacks exists is decided by rules and not by a registry. A
 *  name without an owner exists where Docker's official list has it. A name with an owner at a known registry exists, unless
 *  it is one or two letters away from a name of the catalogue, which is taken for a slip. A tag of a made-up image exists,
 *  unless it says itself that it does not ("does-not-exist", "nope", "broken"). Other hosts do not exist. */
import type { ImageReference } from '../cri/image-reference.ts';
import type { RegistryAnswer } from '../cri/image-store.ts';
import type { Catalogued } from './catalogued.ts';
import { GENERIC_NOTE, genericImage } from './generic.ts';
import { OFFICIAL_IMAGES } from './official.ts';

const HOSTS: ReadonlySet<string> = new Set([
  'docker.io', 'ghcr.io', 'quay.io', 'gcr.io', 'registry.k8s.io', 'k8s.gcr.io', 'mcr.microsoft.com', 'public.ecr.aws', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io',
    'mirror.gcr.io', 'registry.gitlab.com', 'docker.elastic.co',
  'registry.access.redhat.com', 'registry.redhat.io', 'lscr.io', 'nvcr.io', 'cgr.dev', 'docker.pkg.github.com', 'container-registry.oracle.com', 'icr.io',
    'registry.opensource.zalan.do', 'staging-k8s.gcr.io', 'r.j3ss.co', 'docker.redpanda.com', 'xpkg.upbound.io', 'xpkg.crossplane.io', 'cr.l5d.io',
    'docker.getambassador.io', 'index.docker.io', 'registry.hub.docker.com', 'nixery.dev',
]);
const HOST_PATTERNS = ['.pkg.dev', '.gcr.io', '.azurecr.io', '.amazonaws.com', '.ocir.io', '.icr.io', '.quay.io'] as const;
const TELLING_WORDS = 'nope|no-such-tag|nosuchtag|non-?exist(?:ent|ing)?|does-?not-?exist|doesnt-?exist|not-?exist(?:ing)?|not-?found|wrong|bad|broken|invalid|fake|missing|typo|unknown|bogus|dummy';
const TELLING_TAGS = new RegExp(`^(?:v?(?:[0-9.]+-)?)?(?:${TELLING_WORDS})(?:[-_.]?(?:tag|image|version))?$`, 'i');
const NOT_THERE = /(?:does-?not-?exist|doesnt-?exist|non-?existent|non-?existing|no-such-image|not-?a-?real|notreal|invalid-image|wrong-image)/i;

export function isKnownHost(host: string): boolean {
  return HOSTS.has(host) || HOST_PATTERNS.some(pattern => host.endsWith(pattern));
}

/** Letters to change, add, drop or swap with their neighbour; more than `limit` is `limit + 1`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return Math.min(limit + 1, previous[b.length]!);
}

/** A slip of a name of the catalogue; names that differ in digits only are other images. */
function isSlip(name: string, known: ReadonlyMap<string, Catalogued>): boolean {
  const letters = (text: string): string => text.replace(/[0-9]/g, '');
  for (const other of known.keys()) {
    if (other.includes('/library/') !== name.includes('/library/')) continue;
    if (letters(other) !== letters(name) && editDistance(other, name, 2) <= (name.length > 24 ? 2 : 1)) return true;
  }
  return false;
}

export function resolveImage(reference: ImageReference, known: ReadonlyMap<string, Catalogued>): RegistryAnswer {
  const { host, path, name, tag, digest } = reference;
  const image = known.get(name);
  if (image !== undefined) {
    if (digest === undefined && !image.hasTag(tag)) return { type: 'not-found' };
    return { type: 'image', image: image.forTag === undefined ? image : { ...image, ...image.forTag(tag) } };
  }
  if (!isKnownHost(host)) return { type: 'no-host' };
  if (NOT_THERE.test(path)) return { type: 'denied' };
  if (path.startsWith('library/')) {
    if (host === 'docker.io' && !OFFICIAL_IMAGES.has(path.slice(8))) return { type: 'denied' };
  } else if (!path.includes('/') && host === 'registry.k8s.io' && isSlip(name, known)) return { type: 'denied' };
  else if (isSlip(name, known)) return { type: 'denied' };
  if (digest === undefined && TELLING_TAGS.test(tag)) return { type: 'not-found' };
  return { type: 'image', image: genericImage(name), note: GENERIC_NOTE };
}
