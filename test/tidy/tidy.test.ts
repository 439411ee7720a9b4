/** Style as a test: banned words with what to use instead, and sizes. After TigerBeetle's tidy. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './files.ts';

const CLUSTER = ['base', 'sim', 'api', 'etcd', 'apiserver', 'client', 'controllers', 'scheduler', 'cri', 'sh', 'images', 'network', 'storage', 'kubelet', 'addons', 'kubectl', 'shell', 'cluster', 'transport', 'lesson'];
const isCluster = (path: string): boolean => CLUSTER.some((folder) => path.startsWith(`src/${folder}/`));
/** The kernel's own primitives, and what stands outside the cluster and looks in: they may make promises and read a clock. */
const KERNEL_EDGES = ['src/sim/', 'src/base/scope.ts', 'src/sandbox/', 'src/transport/outside.ts', 'src/cluster/local-sandbox.ts', 'src/cluster/session.ts', 'src/cluster/open-early.ts', 'src/cluster/while-opening.ts', 'src/cluster/shell-link.ts'];
const isKernelEdge = (path: string): boolean => KERNEL_EDGES.some((prefix) => path.startsWith(prefix));

interface Ban { readonly pattern: RegExp; readonly instead: string; readonly where: (path: string) => boolean }

const BANS: readonly Ban[] = [
  { pattern: /\bnew Promise\b|Promise\.withResolvers|\.then\(/, instead: 'world.suspend, or await', where: (path) => isCluster(path) && !isKernelEdge(path) },
  { pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, instead: 'world.clock', where: (path) => isCluster(path) && !isKernelEdge(path) },
  { pattern: /\bDate\.now\(|\bperformance\.now\(|new Date\(\)/, instead: 'world.clock.now()', where: (path) => isCluster(path) && !isKernelEdge(path) },
  { pattern: /\bMath\.random\(|crypto\.randomUUID/, instead: 'world.random', where: isCluster },
  { pattern: /\.localeCompare\(|\.toLocale\w+\(|\bIntl\./, instead: 'plain comparison; history must not depend on a locale', where: isCluster },
  { pattern: /\bWeakRef\b|FinalizationRegistry|\bstructuredClone\(/, instead: 'nothing: garbage collection is not deterministic, and objects are shared', where: (path) => isCluster(path) && !isKernelEdge(path) },
  { pattern: /AbortSignal\.timeout/, instead: 'withTimeout', where: isCluster },
  { pattern: /@ts-ignore|@ts-nocheck/, instead: 'types that fit', where: () => true },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: 'doing it', where: () => true },
  { pattern: /(?<!async )\beval\(|new Function\(|dangerouslySetInnerHTML|\.innerHTML\s*=/, instead: 'nothing: data is never code or markup', where: () => true },
  { pattern: /export default/, instead: 'a named export', where: (path) => path.startsWith('src/') && !path.endsWith('.d.ts') },
  { pattern: /^(export )?(const )?enum /m, instead: 'a union of literals', where: () => true },
];

const LINES_MAX = 400;
const TABLE_LINES_MAX = 600;
const LINE_LENGTH_MAX = 200;
/** Long by nature: tables of data. */
const isTable = (path: string): boolean => path.startsWith('test/') || /table|resources|flags|texts|strings|rows|roles/.test(path);

describe('tidy', () => {
  const files = [...sourceFiles('src'), ...sourceFiles('workers')];
  it.each(BANS.map((ban) => [String(ban.pattern), ban] as const))('nobody writes %s', (_name, ban) => {
    const found = files.filter(ban.where).flatMap((path) => readFileSync(path, 'utf8').split('\n')
      .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
      .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && ban.pattern.test(line))
      .map(({ at }) => `${at} (instead: ${ban.instead})`));
    expect(found).toEqual([]);
  });
  it('files are short', () => {
    const long = files.map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length }))
      .filter(({ path, lines }) => lines > (isTable(path) ? TABLE_LINES_MAX : LINES_MAX));
    expect(long).toEqual([]);
  });
  it('lines are short', () => {
    const long = files.flatMap((path) => readFileSync(path, 'utf8').split('\n')
      .map((line, index) => ({ length: line.length, at: `${path}:${index + 1}` })).filter(({ length }) => length > LINE_LENGTH_MAX));
    expect(long).toEqual([]);
  });
  it('test files are not skipped', () => {
    const skipped = sourceFiles('test').filter((path) => !path.startsWith('test/tidy/') && /\b(it|test|describe)\.(skip|todo|only|fails)\b|\bx(it|describe)\(/.test(readFileSync(path, 'utf8')));
    expect(skipped).toEqual([]);
  });
  it('workers are entry points: under 60 lines', () => {
    expect(sourceFiles('workers').filter((path) => readFileSync(path, 'utf8').split('\n').length > 61)).toEqual([]);
  });
});
