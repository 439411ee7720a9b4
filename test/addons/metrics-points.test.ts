/** What metrics-server makes of counters. Upstream: kubernetes-sigs/metrics-server pkg/storage/{node,pod}_test.go */
import { describe, expect, it } from 'vitest';
import { nodeUsage, podUsages, readResourceMetrics, scrapesAt, usageOf } from '../../src/addons/metrics-points.ts';
import type { Point } from '../../src/addons/metrics-points.ts';

const point = (atS: number, cpuSeconds: number, startedAtS = 0, memoryBytes = 1000): Point => ({
  atMs: atS * 1000,
  startedAtMs: startedAtS * 1000,
  cpuSeconds,
  memoryBytes,
});

describe('scrapes', () => {
  it.each([
    [99_999, undefined],
    [100_000, { last: 100_000, before: undefined }],
    [114_999, { last: 100_000, before: undefined }],
    [115_000, { last: 115_000, before: 100_000 }],
    [161_000, { last: 160_000, before: 145_000 }],
  ])('at %i ms of a server that began at 100000', (nowMs, expected) => {
    expect(scrapesAt(100_000, nowMs)).toEqual(expected);
  });
});

describe('a rate', () => {
  it.each([
    ['over the window', point(115, 13), point(100, 10), { cpuNanoCores: 200_000_000, windowMs: 15_000 }],
    ['of an idle program', point(115, 10), point(100, 10), { cpuNanoCores: 0, windowMs: 15_000 }],
    ['of more than a core', point(115, 70), point(100, 10), { cpuNanoCores: 4_000_000_000, windowMs: 15_000 }],
    [
      'of a container between 10 and 15 s old, since its start',
      point(112, 3, 100),
      undefined,
      { cpuNanoCores: 250_000_000, windowMs: 12_000 },
    ],
    ['is exact where decimals are not', point(115, 0.3), point(100, 0.1), { cpuNanoCores: 13_333_333, windowMs: 15_000 }],
  ])('%s', (_what, last, before, expected) => {
    expect(usageOf(last, before)).toEqual({ ...expected, memoryBytes: 1000, atMs: last.atMs });
  });
  it.each([
    ['after the first scrape only', point(100, 10), undefined],
    ['of a container younger than 10 s', point(109, 3, 100), undefined],
    ['of a container that was started between the scrapes, 15 s ago', point(115, 3, 100), point(100, 50, 0)],
    ['of a counter that fell', point(115, 3), point(100, 10)],
    ['over no time', point(100, 10), point(100, 10)],
  ])('is not told %s', (_what, last, before) => {
    expect(usageOf(last, before)).toBeUndefined();
  });
});

const TEXT = `# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="web",namespace="shop",pod="front"} 4.5 115000
container_cpu_usage_seconds_total{container="web",namespace="shop",pod="front"} 3 100000
container_cpu_usage_seconds_total{container="side",namespace="shop",pod="front"} 1 115000
container_cpu_usage_seconds_total{container="main",namespace="shop",pod="back"} 2 115000
container_cpu_usage_seconds_total{container="main",namespace="shop",pod="back"} 2 100000
container_memory_working_set_bytes{container="web",namespace="shop",pod="front"} 8192 115000
container_memory_working_set_bytes{container="main",namespace="shop",pod="back"} 4096 115000
container_start_time_seconds{container="web",namespace="shop",pod="front"} 50 115000
container_start_time_seconds{container="side",namespace="shop",pod="front"} 107.5 115000
container_start_time_seconds{container="main",namespace="shop",pod="back"} 20.25 115000
node_cpu_usage_seconds_total 30 115000
node_cpu_usage_seconds_total 15 100000
node_memory_working_set_bytes 12288 115000
resource_scrape_error 0
`;

describe('what a kubelet tells', () => {
  const scraped = readResourceMetrics(TEXT);
  it('is read by place and moment', () => {
    expect(scraped.containers.get('shop/front/web')?.get(115_000)).toEqual({
      atMs: 115_000,
      startedAtMs: 50_000,
      cpuSeconds: 4.5,
      memoryBytes: 8192,
    });
    expect(scraped.containers.get('shop/back/main')?.get(115_000)?.startedAtMs).toBe(20_250);
  });
  it('leaves out a Pod of which one container is too young', () => {
    const pods = podUsages(scraped, 115_000, 100_000);
    expect([...pods.keys()]).toEqual(['shop/back']);
    expect(pods.get('shop/back')?.containers).toEqual([
      { name: 'main', cpuNanoCores: 0, memoryBytes: 4096, atMs: 115_000, windowMs: 15_000 },
    ]);
  });
  it('is a core for the node', () => {
    expect(nodeUsage(scraped, 115_000, 100_000)).toEqual({ cpuNanoCores: 1e9, memoryBytes: 12_288, atMs: 115_000, windowMs: 15_000 });
    expect(nodeUsage(scraped, 115_000, undefined)).toBeUndefined();
  });
});
