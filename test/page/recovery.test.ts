/** The built page opens what it kept whatever happened to it: damaged, or too long to play again. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, serveSite, snapshot, until } from './browser.ts';

type Change = 'garbage' | 'nothing';

describe('a session that cannot be played', () => {
  let site: Awaited<ReturnType<typeof serveSite>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    site = await serveSite();
    browser = await launch();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page = await context.newPage();
    await page.goto(`${site.url}?seed=recovery&patience=120`);
    await until(page, (seen) => seen.nodes.length === 4 && seen.nodes.every((node) => node.ready));
    await page.locator('[data-terminal="terminal-1"] textarea').focus();
    await page.keyboard.type('echo kind: Pod > mine.yaml; kubectl create deployment web --image=nginx --replicas=2\n');
    await until(page, (seen) => web(seen.pods) === 2);
    await page.waitForTimeout(2_000);
    await kept(page, 'deployments/default/web');
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  const web = (pods: Awaited<ReturnType<typeof snapshot>>['pods']): number =>
    pods.filter((pod) => pod.group === 'web' && pod.state === 'ready').length;
  const notice = (): Promise<string> => page.locator('p.notice').first().innerText();
  /** Leaves the page, changes what it kept, and comes back. */
  const openChanged = async (change: Change, query: string): Promise<void> => {
    await page.goto(`${site.url}licenses.txt`);
    await page.evaluate(alter, change);
    await page.goto(`${site.url}?${query}`);
  };

  it('opens from the snapshot when the journal is damaged, and gives the old bytes back', async () => {
    await openChanged('garbage', 'patience=120');
    await until(page, (seen) => web(seen.pods) === 2);
    expect(await notice()).toMatch(/damaged.*restored from a snapshot.*power cut/s);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Keep the old session as a file' }).click(),
    ]);
    const stream = await download.createReadStream();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('GIF89a and then nothing');
    expect((await snapshot(page)).nodes.map((node) => node.name).sort()).toEqual(['control-plane', 'worker-1', 'worker-2', 'worker-3']);
    await expect.poll(() => page.getByRole('tab', { name: 'mine.yaml' }).count(), { timeout: 20_000 }).toBe(1);
  });

  it('opens from the snapshot when playing would take too long', async () => {
    await kept(page, 'deployments/default/web');
    await openChanged('nothing', 'patience=0');
    await until(page, (seen) => web(seen.pods) === 2);
    expect(await notice()).toMatch(/would take long.*restored from a snapshot/s);
  });

  it('asks before it throws away what it cannot read and has no snapshot of', async () => {
    await page.goto(`${site.url}licenses.txt`);
    await page.evaluate(forgetSnapshots);
    await page.evaluate(alter, 'garbage' as const);
    await page.goto(site.url);
    await page.getByRole('heading', { name: 'The saved session cannot be read' }).waitFor();
    expect(await page.getByRole('button', { name: 'Keep it as a file' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Begin with a new cluster' }).click();
    await until(page, (seen) => seen.nodes.length === 4);
  });
});

/** Waits until the snapshot that is kept knows an object. */
async function kept(page: Page, name: string): Promise<void> {
  const end = Date.now() + 60_000;
  const asked = await page.evaluate(() => Date.now());
  for (;;) {
    const found = await page.evaluate(
      ([wanted]) =>
        new Promise<boolean>((resolve, reject) => {
          const opening = indexedDB.open('tabernetes');
          opening.onerror = () => reject(new Error('no database'));
          opening.onsuccess = () => {
            const reading = opening.result.transaction('snapshots').objectStore('snapshots').get('sandbox');
            reading.onsuccess = () => {
              opening.result.close();
              const keys = (reading.result as { store: { kvs: { key: string }[] } } | undefined)?.store.kvs.map(({ key }) => key) ?? [];
              resolve(keys.some((key) => key.endsWith(wanted ?? '')));
            };
          };
        }),
      [name],
    );
    if (found) return;
    if (Date.now() > end) throw new Error(`no snapshot with ${name} within a minute of ${asked}`);
    await page.waitForTimeout(500);
  }
}

function alter(change: Change): Promise<void> {
  const CHANGES = {
    garbage: () => 'GIF89a and then nothing',
    nothing: (text: string) => text,
  };
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('tabernetes');
    opening.onerror = () => reject(new Error('no database'));
    opening.onsuccess = () => {
      const store = opening.result.transaction('sessions', 'readwrite').objectStore('sessions');
      const reading = store.get('sandbox');
      reading.onsuccess = () => {
        const session = reading.result as { text: string };
        const writing = store.put({ ...session, text: CHANGES[change](session.text) }, 'sandbox');
        writing.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      };
    };
  });
}

function forgetSnapshots(): Promise<void> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('tabernetes');
    opening.onsuccess = () => {
      const clearing = opening.result.transaction('snapshots', 'readwrite').objectStore('snapshots').clear();
      clearing.onsuccess = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}
