/** Replay equality reaches the browser: a journal made in Node has the same history hash in Chromium, in one worker and with
 *  a Web Worker a machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journal } from '../../src/sim/journal.ts';
import { makeJournal } from '../cluster/long-journal.ts';
import { launch, serve } from './browser.ts';

const FOLDER = join(process.cwd(), '.cache/chromium-replay');

describe('replay in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let site: Awaited<ReturnType<typeof serve>>;
  let journal: Journal;

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    await build({
      entryPoints: { engine: 'test/page/replay-engine.ts', host: 'workers/engine.ts' },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
      outdir: FOLDER,
      logLevel: 'error',
      splitting: true,
    });
    writeFileSync(join(FOLDER, 'index.html'), '<!doctype html><title>replay</title>');
    journal = await makeJournal({ seed: 'replay', inputs: 200, seconds: 1800 });
    site = await serve(FOLDER);
    browser = await launch();
    page = await browser.newPage();
    await page.goto(site.url);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  const replay = (workers: number): Promise<string> =>
    page.evaluate(
      async ({ journal: played, workers: count }) =>
        new Promise<string>((resolve, reject) => {
          const engine = new Worker('engine.js', { type: 'module' });
          engine.addEventListener('error', (event) => reject(new Error(event.message)));
          engine.addEventListener(
            'message',
            ({ data }: MessageEvent<{ hash?: string; failed?: string; openHost?: string; port?: MessagePort }>) => {
              if (data.hash) resolve(data.hash);
              else if (data.failed) reject(new Error(data.failed));
              else if (data.port) new Worker('host.js', { type: 'module' }).postMessage(data.port, [data.port]);
            },
          );
          engine.postMessage({ journal: played, workers: count });
        }),
      { journal, workers },
    );

  it('in one Web Worker', async () => {
    expect(await replay(0)).toBe(journal.hash);
  });
  it('with the control plane, the shell and each node in a Web Worker of its own', async () => {
    expect(await replay(8)).toBe(journal.hash);
  });
});
