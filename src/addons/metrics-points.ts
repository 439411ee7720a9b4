/** From what kubelets count to what people ask for: rates of processor time over the window between two scrapes, and memory
 *  as of the last one.
 *  Upstream: kubernetes-sigs/metrics-server pkg/{scraper/client/resource,storage} */

/** metrics-server comes by so often. */
export const RESOLUTION_MS = 15_000;
/** A container younger than this at a scrape has used too little to tell a rate from. */
const FRESH_MS = 10_000;

/** A counter and a gauge as they stood at a moment. */
export interface Point {
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

export interface Usage {
  readonly cpuNanoCores: number;
  readonly memoryBytes: number;
  /** Of the later scrape. */
  readonly atMs: number;
  readonly windowMs: number;
}

/** The last two scrapes before `nowMs` by a server that began at `startedAtMs`; `before` is missing after the first. */
export function scrapesAt(startedAtMs: number, nowMs: number): { readonly last: number; readonly before: number | undefined } | undefined {
  if (nowMs < startedAtMs) return undefined;
  const count = Math.floor((nowMs - startedAtMs) / RESOLUTION_MS);
  const last = startedAtMs + count * RESOLUTION_MS;
  return { last, before: count === 0 ? undefined : last - RESOLUTION_MS };
}

/** undefined: there is nothing to compare with, or the counter began anew. */
export function usageOf(last: Point, before: Point | undefined): Usage | undefined {
  const age = last.atMs - last.startedAtMs;
  const fresh = age >= FRESH_MS && age < RESOLUTION_MS;
  const from = fresh ? { ...last, atMs: last.startedAtMs, cpuSeconds: 0 } : before;
  if (from === undefined || from.atMs >= last.atMs) return undefined;
  if (!fresh && (last.startedAtMs >= from.atMs || last.cpuSeconds < from.cpuSeconds)) return undefined;
  const windowMs = last.atMs - from.atMs;
  return {
    cpuNanoCores: Math.floor((Math.round((last.cpuSeconds - from.cpuSeconds) * 1e9) * 1000) / windowMs),
    memoryBytes: last.memoryBytes,
    atMs: last.atMs,
    windowMs,
  };
}

/** What one kubelet told: series by place ("" for the node itself, "namespace/pod/container"), then by moment. */
export interface Scraped {
  readonly node: ReadonlyMap<number, Point>;
  readonly containers: ReadonlyMap<string, ReadonlyMap<number, Point>>;
}

const FIELDS: Readonly<Record<string, 'cpuSeconds' | 'memoryBytes' | 'startedAtSeconds'>> = {
  container_cpu_usage_seconds_total: 'cpuSeconds',
  container_memory_working_set_bytes: 'memoryBytes',
  container_start_time_seconds: 'startedAtSeconds',
  node_cpu_usage_seconds_total: 'cpuSeconds',
  node_memory_working_set_bytes: 'memoryBytes',
};

function labelOf(labels: string, name: string): string {
  const at = labels.indexOf(`${name}="`);
  return at < 0 ? '' : labels.slice(at + name.length + 2, labels.indexOf('"', at + name.length + 2));
}

/** Reads /metrics/resource. Rows that it does not know are passed over. */
export function readResourceMetrics(text: string): Scraped {
  const found = new Map<string, Map<number, { cpuSeconds?: number; memoryBytes?: number; startedAtSeconds?: number }>>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [series = '', value = '', at = ''] = line.split(' ');
    const brace = series.indexOf('{');
    const field = FIELDS[brace < 0 ? series : series.slice(0, brace)];
    if (field === undefined || at === '') continue;
    const labels = brace < 0 ? '' : series.slice(brace);
    const place = brace < 0 ? '' : `${labelOf(labels, 'namespace')}/${labelOf(labels, 'pod')}/${labelOf(labels, 'container')}`;
    const moments = found.get(place) ?? new Map<number, { cpuSeconds?: number; memoryBytes?: number; startedAtSeconds?: number }>();
    found.set(place, moments);
    const point = moments.get(Number(at)) ?? {};
    moments.set(Number(at), point);
    point[field] = Number(value);
  }
  const pointsOf = (place: string): ReadonlyMap<number, Point> =>
    new Map(
      [...(found.get(place) ?? [])].map(([atMs, { cpuSeconds = 0, memoryBytes = 0, startedAtSeconds = 0 }]) => [
        atMs,
        { atMs, startedAtMs: Math.round(startedAtSeconds * 1000), cpuSeconds, memoryBytes },
      ]),
    );
  return {
    node: pointsOf(''),
    containers: new Map([...found.keys()].filter((place) => place !== '').map((place) => [place, pointsOf(place)])),
  };
}

export interface PodUsage {
  readonly atMs: number;
  readonly windowMs: number;
  readonly containers: readonly (Usage & { readonly name: string })[];
}

/** By "namespace/name"; a Pod is told of when all of its containers can be. */
export function podUsages(scraped: Scraped, last: number, before: number | undefined): ReadonlyMap<string, PodUsage> {
  const pods = new Map<string, (Usage & { readonly name: string })[]>();
  const partial = new Set<string>();
  for (const [place, moments] of scraped.containers) {
    const now = moments.get(last);
    if (now === undefined) continue;
    const [namespace = '', pod = '', name = ''] = place.split('/');
    const key = `${namespace}/${pod}`;
    const usage = usageOf(now, before === undefined ? undefined : moments.get(before));
    if (usage === undefined) partial.add(key);
    else pods.set(key, [...(pods.get(key) ?? []), { ...usage, name }]);
  }
  const whole = [...pods].filter(([key]) => !partial.has(key));
  return new Map(
    whole.map(([key, containers]) => {
      const longest = containers.reduce((a, b) => (b.windowMs > a.windowMs ? b : a));
      return [key, { atMs: longest.atMs, windowMs: longest.windowMs, containers }];
    }),
  );
}

export function nodeUsage(scraped: Scraped, last: number, before: number | undefined): Usage | undefined {
  const now = scraped.node.get(last);
  return now === undefined ? undefined : usageOf(now, before === undefined ? undefined : scraped.node.get(before));
}
