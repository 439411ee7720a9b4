/** File names as the user writes them, made absolute. */
export function resolvePath(cwd: string, path: string): string {
  const full = path.startsWith('/') ? path : `${cwd}/${path}`;
  const steps: string[] = [];
  for (const step of full.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..') steps.pop();
    else steps.push(step);
  }
  return `/${steps.join('/')}`;
}

export const baseName = (path: string): string =>
  path
    .split('/')
    .filter((s) => s !== '')
    .at(-1) ?? path;
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
