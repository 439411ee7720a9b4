// The page while 1,000 Pods start: `node bench/page.mjs REPLICAS NODES` opens dist/ in Chromium, types the command and prints the
// longest time between two animation frames, as JSON.
import { chromium } from 'playwright-core';
import { join } from 'node:path';
import { findChromium, root } from '../scripts/prepare.mjs';
import { serveStatic } from '../scripts/serve-static.mjs';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const LIMIT_MS = 180_000;
const [replicas, nodes] = process.argv.slice(2).map(Number);

const server = await serveStatic(join(root, 'dist'));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || findChromium(), args: FLAGS });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`http://127.0.0.1:${server.address().port}/?fresh&seed=bench&nodes=${nodes}`);
  await until((want) => globalThis.tabernetes?.snapshot().nodes.filter(({ ready }) => ready).length === want, nodes + 1);
  await page.evaluate(() => {
    const frames = (globalThis.benchFrames = []);
    let last = performance.now();
    const next = (now) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.locator('[data-terminal="terminal-1"] textarea').focus();
  await page.keyboard.type(`kubectl create deployment web --image=nginx --replicas=${replicas}`);
  await page.keyboard.press('Enter');
  const startedAt = Date.now();
  const running = await until((want) => {
    const pods = globalThis.tabernetes.snapshot().pods.filter(({ system, state }) => !system && /^Running|^Ready/i.test(state));
    return pods.length >= want && pods.length;
  }, replicas);
  const wallMs = Date.now() - startedAt;
  const frames = (await page.evaluate(() => globalThis.benchFrames)).sort((a, b) => a - b);
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))];
  process.stdout.write(`${JSON.stringify({ replicas, nodes, running, wallMs, frames: frames.length, medianMs: at(0.5), p99Ms: at(0.99), longestMs: at(1) })}\n`);

  /** Looks from outside: the page's policy forbids to evaluate text inside it. */
  async function until(find, want) {
    for (const end = Date.now() + LIMIT_MS; Date.now() < end; await page.waitForTimeout(250)) {
      const found = await page.evaluate(find, want);
      if (found) return found;
    }
    const seen = await page.evaluate(() => globalThis.tabernetes?.snapshot().pods.map(({ state }) => state));
    throw new Error(`not within ${LIMIT_MS} ms: ${JSON.stringify([...new Set(seen)])}`);
  }
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
