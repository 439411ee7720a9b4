// The bench: every figure several times, each in a process of its own; medians, goals and, for the peer, ratios of the same run.
//   node bench/engine.mjs [--runs 5] [--no-peer] [--no-page] [--write]     --write keeps the table in bench/results.md
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { root } from '../scripts/prepare.mjs';
import { requestRows } from './request-rows.mjs';

const { values } = parseArgs({ options: { 'runs': { type: 'string', default: '5' }, 'no-peer': { type: 'boolean' }, 'no-page': { type: 'boolean' }, 'write': { type: 'boolean' } } });
const runs = Number(values.runs);
const bundled = (name) => join(root, `.cache/${name}.mjs`);
const program = bundled('measure');
const memory = bundled('memory');
const banner = { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" };
for (const name of ['measure', 'memory', 'requests', 'requests-worker']) {
  await build({ entryPoints: [join(root, `bench/${name}.ts`)], bundle: true, platform: 'node', format: 'esm', target: 'es2023', outfile: bundled(name), loader: { '.json': 'json' }, logLevel: 'error', banner });
}

function run(file, ...args) {
  const out = execFileSync(process.execPath, [file, ...args.map(String)], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
  return JSON.parse(out.trim().split('\n').at(-1));
}

/** The median of each number over the runs. */
function medians(times, measure) {
  const all = Array.from({ length: times }, (_, index) => {
    process.stderr.write(`\r${measure.name} ${index + 1}/${times}   `);
    return measure();
  });
  process.stderr.write('\r');
  return Object.fromEntries(Object.keys(all[0]).map((key) => [key, all.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(times / 2)]]));
}

const rows = [];
const ms = (value) => (value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);
const kb = (bytes) => `${Math.round(bytes / 1000)} KB`;
function row(what, value, goal, met) {
  rows.push([what, value, goal, met === undefined ? '' : met ? 'yes' : 'no']);
}

const first = medians(runs, function first() { return run(program, 'first'); });
row('Engine start to first Pod Running, full speed, image pulled (wall)', `${ms(first.wallMs)} (${ms(first.cpuMs)} CPU)`, '250 ms', first.wallMs <= 250);

const small = medians(runs, function small() { return run(program, 'scale', 100, 10); });
const large = medians(Math.min(runs, 3), function large() { return run(program, 'scale', 1000, 10); });
if (small.ready < 100 || large.ready < 1000) throw new Error(`not all Pods became Ready: ${small.ready} of 100, ${large.ready} of 1000`);
row('100 replicas on 10 nodes to Ready (CPU)', ms(small.cpuMs), '', undefined);
row('1,000 replicas on 10 nodes to Ready (CPU)', `${ms(large.cpuMs)} (${ms(large.virtualMs)} virtual)`, '', undefined);
const growth = large.cpuMs / small.cpuMs;
row('Growth from 100 to 1,000 replicas', `${growth.toFixed(1)} times`, '11 times', growth <= 11);
if (!values['no-peer']) {
  process.stderr.write('\rpeer   ');
  const peer = run(join(root, 'bench/peer.mjs'), 1000, 10);
  const ratio = peer.cpuMs / large.withStartCpuMs;
  row('The same with @ngrok/webernetes, start included (CPU)', `${ms(peer.cpuMs)} for ${peer.ready} Ready; ours ${ms(large.withStartCpuMs)}`, '', undefined);
  row('Ratio of the two', `${ratio.toFixed(1)} times less`, '20 times less', ratio >= 20);
}

const idle = medians(Math.min(runs, 3), function idle() { return run(program, 'idle', 3); });
// The first hour begins when all Pods are Ready. It pays what the third does not: the JavaScript engine compiles what runs again and again.
row('One hour of an idle cluster of 3 nodes, from when all Pods are Ready (CPU)', `${ms(idle.cpuMs)}; the third hour ${ms(idle.laterCpuMs)}`, '300 ms', idle.cpuMs <= 300);

for (const [what, mode] of [['Heap before and after bad input, compacted', 'bad'], ['Heap of an idle cluster over 24 hours', 'hours'], ['Heap of a busy cluster over 6 hours', 'busy']]) {
  process.stderr.write(`\r${mode}   `);
  const [[, from], ...later] = Object.entries(run('--expose-gc', memory, mode, mode === 'busy' ? 6 : 24));
  const worst = Math.max(...later.map(([, mb]) => mb)) / from;
  const list = later.map(([name, mb]) => `${name} ${mb.toFixed(1)}`).join(', ');
  row(what, `${from.toFixed(1)} MB; ${list}`, mode === 'bad' ? 'within 20 %' : '', mode === 'bad' ? worst <= 1.2 : undefined);
}

for (const cells of requestRows({
  measure: (mode, kind) => (mode === 'growth' ? run(bundled('requests'), mode) : medians(Math.min(runs, 3), function requests() { return run(bundled('requests'), mode, kind); })),
  measurePeer: () => (values['no-peer'] ? undefined : medians(Math.min(runs, 3), function peer() { return run(join(root, 'bench/peer-requests.mjs')); })),
})) row(...cells);

if (!values['no-page']) {
  if (!existsSync(join(root, 'dist/index.html'))) execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
  process.stderr.write('\rpage   ');
  const size = run(join(root, 'scripts/size.mjs'), '--json', '--runs', runs);
  const { gzip, engine } = size.beforePrompt;
  row('Page load to usable prompt (wall)', ms(size.promptMs), '1000 ms', size.promptMs <= 1000);
  row('Loaded before the prompt (gzip)', kb(gzip), '450 KB', gzip <= 450_000);
  row('Of it the engine (gzip)', kb(engine), '150 KB', engine <= 150_000);
  row('Loaded before the cluster is up (gzip)', `${kb(size.beforeCluster.gzip)}, engine ${kb(size.beforeCluster.engine)}`, '', undefined);
  const page = run(join(root, 'bench/page.mjs'), 1000, 10);
  row('Longest frame while 1,000 Pods start', `${ms(page.longestMs)} (99 of 100 within ${ms(page.p99Ms)})`, '50 ms', page.longestMs <= 50);
}

const [processor] = cpus();
const machine = `${processor?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.version}`;
const table = ['| figure | measured | goal | met |', '| --- | --- | --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
const text = `# Bench\n\n${new Date().toISOString().slice(0, 10)}, ${machine}. Medians of ${runs} runs, each in a process of its own.\n\n${table}\n`;
process.stdout.write(`\n${text}`);
if (values.write) writeFileSync(join(root, 'bench/results.md'), text);
