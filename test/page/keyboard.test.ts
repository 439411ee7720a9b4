/** The first minute of a first visit by keyboard alone, and the editor's mistakes at their line and column. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, serveSite, snapshot, until } from './browser.ts';

describe('a first visit by keyboard', () => {
  let site: Awaited<ReturnType<typeof serveSite>>;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await serveSite();
    browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    page = await context.newPage();
    await page.goto(site.url);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return `${element?.closest('[data-area]')?.getAttribute('data-area') ?? element?.closest('header')?.tagName ?? ''}: ${element?.getAttribute('aria-label') ?? element?.textContent}`;
    });
  const press = async (key: string, wanted: RegExp, times = 12): Promise<void> => {
    for (let count = 0; count < times; count++) {
      await page.keyboard.press(key);
      if (wanted.test(await focused())) return;
    }
    throw new Error(`${key} does not reach ${wanted}: ${await focused()}`);
  };
  const hello = async () =>
    (await snapshot(page)).pods.filter((pod) => pod.group === 'hello' && pod.state === 'ready').map((pod) => pod.key);

  it('meets a cluster that serves, on all its nodes, and no dialog', async () => {
    const seen = await until(page, ({ pods }) => pods.filter((pod) => pod.group === 'hello' && pod.state === 'ready').length === 3);
    expect(new Set(seen.pods.filter((pod) => pod.group === 'hello').map((pod) => pod.node)).size).toBe(3);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('types at once, and leaves the terminal with F6', async () => {
    expect(await focused()).toMatch(/^terminal: Terminal input/);
    await page.keyboard.type('kubectl get pods\n');
    await expect.poll(() => page.locator('[data-terminal="terminal-1"]').innerText(), { timeout: 20_000 }).toContain('hello-');
    await press('F6', /^board: Board/);
  });

  it('goes round all panes with F6, and back with Shift', async () => {
    const round: string[] = [];
    for (let count = 0; count < 5; count++) {
      await page.keyboard.press('F6');
      round.push((await focused()).split(':')[0] ?? '');
    }
    expect(round).toEqual(['inspector', 'terminal', 'editor', 'HEADER', 'board']);
    await page.keyboard.press('Shift+F6');
    expect(await focused()).toMatch(/^HEADER/);
    await page.keyboard.press('F6');
  });

  it('kills a Pod with the one button, and keeps its place', async () => {
    const before = await hello();
    await press('Tab', /^board: .*Kill/);
    await page.keyboard.press('Enter');
    await until(
      page,
      ({ pods }) => pods.filter((pod) => pod.group === 'hello' && pod.state === 'ready' && !before.includes(pod.key)).length === 1,
    );
    expect(await focused()).toMatch(/^board: .*Unplug/);
  });

  it('opens the sheet of keys and closes it', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });

  it('shows a mistake of YAML and of the API at its line and column', async () => {
    await page.getByRole('button', { name: 'Open an example' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.monaco-editor .view-lines').first().waitFor({ timeout: 30_000 });
    await fill('kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata: {x: [1}\n');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Not applied: line 5, column \d+/).waitFor({ timeout: 20_000 });
    await expect.poll(() => page.locator('.squiggly-error').count(), { timeout: 20_000 }).toBeGreaterThan(0);
    await fill('apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: Not A Name\n    image: nginx\n');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Not applied: line 7, column 5/).waitFor({ timeout: 20_000 });
    expect(await page.getByRole('alert').first().innerText()).toMatch(/Invalid value/);
  });

  async function fill(text: string): Promise<void> {
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+A');
    await page.evaluate((data) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', data);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  }
});
