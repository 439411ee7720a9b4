/** The happy path of the page, in a real browser over the built site: type, scale, apply, kill, pull a plug, run ahead,
 *  reload and find the same. Needs `npm run build`, which `npm test` does first. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launch, serveSite, snapshot, until } from './browser.ts';
import type { Seen } from './browser.ts';

const mine = (seen: Seen) => seen.pods.filter((pod) => !pod.system);
const ready = (seen: Seen, count: number, group = 'web') => {
  const pods = mine(seen).filter((pod) => pod.group === group);
  return pods.length === count && pods.every((pod) => pod.state === 'ready');
};

describe('the built page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let site: Awaited<ReturnType<typeof serveSite>>;
  const trouble: string[] = [];

  beforeAll(async () => {
    site = await serveSite();
    browser = await launch();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    page = await context.newPage();
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text());
    });
    await page.goto(`${site.url}?seed=page-test&patience=300`);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  const screen = () => page.locator('[data-terminal="terminal-1"]').innerText();
  const type = async (line: string) => {
    await page.locator('[data-terminal="terminal-1"] textarea').focus();
    await page.keyboard.type(line);
    await page.keyboard.press('Enter');
  };
  const printed = (text: string) => expect.poll(screen, { timeout: 30_000 }).toContain(text);
  /** As a hand moves: through the menu, not by leaps, which would close a menu inside a menu. */
  const choose = async (group: string, item: RegExp) => {
    await page.getByRole('button', { name: /^Break/ }).click();
    await page.getByRole('menuitem', { name: group }).first().hover();
    const choice = page.getByRole('menuitem', { name: item }).first();
    await choice.waitFor();
    await page.waitForTimeout(400);
    const box = await choice.boundingBox();
    if (!box) throw new Error(`the menu has no ${item}`);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 15 });
    await page.mouse.down();
    await page.mouse.up();
  };
  const paste = (text: string) =>
    page.evaluate((data) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', data);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);

  it('shows a prompt and four nodes', async () => {
    await printed('$');
    await until(page, (seen) => seen.nodes.length === 4 && seen.nodes.every((node) => node.ready));
  });

  it('creates a Deployment by typing', async () => {
    await type('kubectl create deployment web --image=nginx --replicas=3');
    await printed('deployment.apps/web created');
    await until(page, (seen) => ready(seen, 3));
    expect(new Set(mine(await snapshot(page)).map((pod) => pod.node)).size).toBeGreaterThan(1);
  });

  it('scales it', async () => {
    await type('kubectl scale deployment web --replicas=5');
    await printed('deployment.apps/web scaled');
    await until(page, (seen) => ready(seen, 5));
  });

  it('applies YAML from the editor, with completion and squiggles loaded', async () => {
    await page.getByRole('button', { name: 'Open an example' }).click();
    const field = await page.locator('textarea[aria-label="Manifest"]').boundingBox();
    await page.locator('.monaco-editor .view-lines').first().waitFor({ timeout: 30_000 });
    await page.locator('textarea[aria-label="Manifest"]').waitFor({ state: 'detached', timeout: 30_000 });
    // Monaco takes the plain field's place, and no letter moves.
    const line = await page.locator('.monaco-editor .view-line').first().boundingBox();
    expect([line?.x, line?.y]).toEqual([field?.x, (field?.y ?? 0) + 8]);
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+A');
    await paste(manifest('api', 2));
    await page.getByRole('button', { name: /^Apply/ }).click();
    await expect.poll(() => page.getByText('deployment/api created').count(), { timeout: 20_000 }).toBeGreaterThan(0);
    await until(page, (seen) => ready(seen, 2, 'api'));
  });

  it('shows the line and the sentence of a mistake, and changes nothing', async () => {
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+A');
    await paste(manifest('api', 2).replace('replicas: 2', 'replicas: many'));
    await page.getByRole('button', { name: /^Apply/ }).click();
    await expect.poll(() => page.getByText(/Not applied: line 6/).count(), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(ready(await snapshot(page), 2, 'api')).toBe(true);
  });

  it('kills a Pod, and another comes', async () => {
    const before = mine(await snapshot(page)).map((pod) => pod.key);
    await choose('Kill a Pod', /^web-/);
    await until(page, (seen) => ready(seen, 5) && mine(seen).some((pod) => !before.includes(pod.key)), 90_000);
  });

  it('pulls a plug, runs ahead, and the Pods run elsewhere', async () => {
    await choose('Pull a plug', /^worker-2/);
    await page.getByRole('slider', { name: 'Speed' }).focus();
    for (let step = 0; step < 8; step++) await page.keyboard.press('ArrowRight');
    await until(page, (seen) => seen.nodes.some((node) => node.name === 'worker-2' && !node.ready), 60_000);
    await until(
      page,
      (seen) => {
        const elsewhere = mine(seen).filter((pod) => pod.node !== 'worker-2' && pod.state === 'ready');
        return elsewhere.filter((pod) => pod.group === 'web').length === 5 && elsewhere.filter((pod) => pod.group === 'api').length === 2;
      },
      120_000,
    );
  });

  it('reloads, and everything is as it was', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => page.evaluate(() => globalThis.tabernetes.time.state.playing), { timeout: 30_000 }).toBe(false);
    // The journal is written behind, once a second.
    await page.waitForTimeout(5_000);
    const state = async () => ({
      ...(await page.evaluate(async () => ({ hash: await globalThis.tabernetes.hash(), at: globalThis.tabernetes.time.state.nowMicros }))),
      pods: (await snapshot(page)).pods.map((pod) => `${pod.key} ${pod.node} ${pod.state}`).sort(),
    });
    const before = await state();
    await page.reload();
    await until(page, (seen) => seen.pods.length === before.pods.length, 60_000);
    await printed('deployment.apps/web scaled');
    await expect.poll(async () => (await state()).at, { timeout: 60_000 }).toBe(before.at);
    const after = await state();
    expect(after.pods).toEqual(before.pods);
    expect(after.at).toBe(before.at);
    expect(await page.getByText('may have gone another way').count()).toBe(0);
    expect(await page.getByText('differs from what was saved').count()).toBe(0);
  });

  it.each(['dark', 'light', 'contrast'])('has no violation that axe finds serious in the %s theme', async (theme) => {
    await page.evaluate((name) => {
      document.documentElement.dataset['theme'] = name;
    }, theme);
    // Colours cross-fade; what breathes for ever is not waited for.
    await page.evaluate(async () => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map((one) => one.finished));
    });
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
      ).axe.run();
      return violations
        .filter((one) => one.impact === 'serious' || one.impact === 'critical')
        .map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 120)}`);
    });
    expect(found).toEqual([]);
  });

  it('made no mistake on the way', () => {
    expect(trouble).toEqual([]);
  });
});

function manifest(name: string, replicas: number): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: ${replicas}\n  selector:\n    matchLabels:\n      app: ${name}\n  template:\n    metadata:\n      labels:\n        app: ${name}\n    spec:\n      containers:\n      - name: ${name}\n        image: nginx:1.27\n`;
}
