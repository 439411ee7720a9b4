/** The player as one file of JavaScript, as it is or with a bug planted. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { PLANTS } from './plants.ts';
import type { Plant } from './plants.ts';

export function plantNamed(name: string): Plant {
  const plant = PLANTS.find((each) => each.name === name);
  if (!plant) throw new Error(`There is no plant ${name}. Plants: ${PLANTS.map((each) => each.name).join(', ')}.`);
  return plant;
}

/** The file's text with the bug in it. */
export function planted({ name, file, find, replace }: Plant, root = process.cwd()): string {
  const parts = readFileSync(join(root, file), 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`What the plant ${name} replaces stands ${parts.length - 1} times in ${file}.`);
  return parts.join(replace);
}

function planting(plant: Plant): Plugin {
  let done = false;
  return {
    name: 'plant',
    setup(builder) {
      const escaped = plant.file.replaceAll('.', '\\.');
      builder.onLoad({ filter: new RegExp(`/${escaped}$`) }, () => {
        done = true;
        return { contents: planted(plant), loader: 'ts' };
      });
      builder.onEnd(() => {
        if (!done) throw new Error(`${plant.file} is no part of the engine`);
      });
    },
  };
}

/** Where the bundle is. `user` keeps those apart who bundle at the same time. */
export async function bundle(user: string, plant?: string): Promise<string> {
  mkdirSync('.cache', { recursive: true });
  const outfile = join(process.cwd(), `.cache/simulate-${user}${plant ? `-${plant}` : ''}.mjs`);
  await build({
    entryPoints: ['test/simulation/worker.ts'], bundle: true, platform: 'node', format: 'esm', target: 'es2023', outfile, sourcemap: true, logLevel: 'error',
    plugins: plant === undefined ? [] : [planting(plantNamed(plant))],
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  return outfile;
}
