// The licences of every package that is shipped to a browser or runs beside the command line: what package.json names
// under "dependencies", and what those need. Optional native add-ons are not among them: nothing of ours bundles or loads one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'CC0-1.0', 'MPL-2.0'];

/** An SPDX expression is fine when one side of every OR, and both sides of every AND, is. */
export function isAllowed(expression) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (text.includes(' OR ')) return text.split(' OR ').some(isAllowed);
  if (text.includes(' AND ')) return text.split(' AND ').every(isAllowed);
  return ALLOWED.includes(text);
}

export function shippedPackages(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.optional && !entry.devOptional && existsSync(join(root, path, 'package.json')))
    .map(([path]) => {
      const manifest = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
      const file = readdirSync(join(root, path)).find((name) => /^(licen[cs]e|copying)/i.test(name));
      return { name: manifest.name, version: manifest.version, license: String(manifest.license?.type ?? manifest.license ?? 'none'), text: file ? readFileSync(join(root, path, file), 'utf8') : '' };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function licensesText(root) {
  const head = 'Tabernetes is licensed under the Apache License 2.0. It contains these packages, under their own licences.\n';
  return head + shippedPackages(root).map(({ name, version, license, text }) => `\n${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}\n`).join('');
}
