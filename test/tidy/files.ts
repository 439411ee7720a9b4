import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every TypeScript file below a folder, generated ones left out, as paths from the repository's root. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/generated/'))
    .sort();
}
