// Gathers every "// Differs from Kubernetes: ..." line of the sources into docs/differences.md, which the page shows.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const files = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => /\.tsx?$/.test(name)).sort();
const rows = [];
for (const file of files) {
  const lines = readFileSync(join(root, 'src', file), 'utf8').split('\n');
  lines.forEach((line, index) => {
    const found = /(?:\/\/|\*)\s*Differs from Kubernetes: (.*)/.exec(line);
    if (!found) return;
    let text = found[1].trim();
    for (let next = index + 1; next < lines.length; next += 1) {
      const more = /^\s*(?:\/\/|\*)\s+(?!Upstream|Differs)(.*)/.exec(lines[next]);
      if (!more || /[.!]\s*(\*\/)?$/.test(text)) break;
      text += ` ${more[1].trim()}`;
    }
    rows.push({ area: file.split('/')[0], file, text: text.replace(/\s*\*\/$/, '') });
  });
}
const areas = [...new Set(rows.map((row) => row.area))];
const body = areas.map((area) => `\n## ${area}\n\n${rows.filter((row) => row.area === area).map((row) => `- ${row.text} (\`src/${row.file}\`)`).join('\n')}\n`).join('');
writeFileSync(join(root, 'docs/differences.md'), `# Where Tabernetes differs from Kubernetes\n\nMade by \`node scripts/differences.mjs\` from the sources. A simulator is not the real thing; these are the places that we know of.\n${body}`);
process.stdout.write(`${rows.length} differences\n`);
