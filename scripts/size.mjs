// What a first visit loads, and when: `node scripts/size.mjs [--json] [--runs 3] [FOLDER]` opens the built page in Chromium with an empty cache.
// Everything that was asked of the server before the prompt could be typed at counts, as `gzip -9` would send it; what the
// engine's workers ask for is counted apart. "Cluster" is the moment at which every node is Ready on the board.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { findChromium, root } from './prepare.mjs';
import { serveStatic } from './serve-static.mjs';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' }, list: { type: 'boolean' }, runs: { type: 'string', default: '3' } }, allowPositionals: true });
const folder = positionals[0] ?? join(root, 'dist');

/** One visit: what was fetched, when the prompt was there, when the cluster was. */
async function visit(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const asked = [];
  const engine = new Set();
  // What a worker asks for is listed with the page's requests; its own entries tell them apart.
  context.on('request', (request) => asked.push({ path: new URL(request.url()).pathname, atMs: Date.now() }));
  page.on('worker', (worker) => engine.add(new URL(worker.url()).pathname));
  await page.goto(`${url}?fresh&seed=size`);
  const prompt = await moment(page, () => performance.getEntriesByName('prompt')[0]?.startTime);
  const cluster = await moment(page, () => performance.getEntriesByName('cluster')[0]?.startTime);
  // What is under way must end, for the page's own list to be whole.
  await page.waitForLoadState('networkidle');
  const origin = await page.evaluate(() => performance.timeOrigin);
  const paths = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
  const own = new Set(['/', '/index.html', ...paths]);
  await context.close();
  return { prompt, cluster, files: asked.map(({ path, atMs }) => ({ path, atMs: atMs - origin, engine: engine.has(path) || !own.has(path) })) };
}

/** Looks from outside: the page's policy forbids to evaluate text inside it. */
async function moment(page, find) {
  for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(20)) {
    const found = await page.evaluate(find);
    if (found) return found;
  }
  throw new Error('the page did not get that far');
}

const sizes = new Map();
function gzipped(path) {
  const file = path === '/' ? '/index.html' : path;
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
  return sizes.get(file);
}

function sum(files, until) {
  const seen = new Map(files.filter(({ atMs }) => atMs <= until).map((file) => [file.path, file]));
  const list = [...seen.values()].map((file) => ({ ...file, bytes: gzipped(file.path) }));
  const total = (some) => some.reduce((bytes, file) => bytes + file.bytes, 0);
  return { total: total(list), engine: total(list.filter((file) => file.engine)), files: list };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const server = await serveStatic(folder);
const browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
const visits = [];
try {
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (let run = 0; run < Number(values.runs); run += 1) visits.push(await visit(browser, url));
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
const [first] = visits;
const before = sum(first.files, first.prompt);
const whole = sum(first.files, first.cluster);
const report = {
  promptMs: median(visits.map(({ prompt }) => prompt)), clusterMs: median(visits.map(({ cluster }) => cluster)),
  beforePrompt: { gzip: before.total, engine: before.engine, page: before.total - before.engine },
  beforeCluster: { gzip: whole.total, engine: whole.engine, page: whole.total - whole.engine },
};
const kb = (bytes) => `${(bytes / 1000).toFixed(0)} KB`;
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  if (values.list) for (const { path, bytes, engine, atMs } of whole.files) process.stdout.write(`${atMs.toFixed(0).padStart(6)} ms ${kb(bytes).padStart(7)} ${engine ? 'engine' : 'page  '} ${path}\n`);
  process.stdout.write(`prompt usable after ${report.promptMs.toFixed(0)} ms, cluster up after ${report.clusterMs.toFixed(0)} ms (medians of ${visits.length})\n`);
  process.stdout.write(`before the prompt:  ${kb(before.total)} gzipped, engine ${kb(before.engine)} (goals: 450 and 150)\n`);
  process.stdout.write(`before the cluster: ${kb(whole.total)} gzipped, engine ${kb(whole.engine)}\n`);
}
