/** text.md: prose under headings that name their step, `## Ask for three {#ask}`. A small Markdown, read into a tree, so
 *  that the page never makes HTML from text. Pure. */

export type Inline = { readonly type: 'text' | 'code' | 'strong'; readonly text: string };
export type Block =
  | { readonly type: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly type: 'commands'; readonly lines: readonly string[] }
  | { readonly type: 'code'; readonly text: string };

export interface Section {
  readonly id: string | undefined;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export function parseText(markdown: string): readonly Section[] {
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, '');
  const sections: { id: string | undefined; title: string; blocks: Block[] }[] = [];
  const lines = body.split('\n');
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    const heading = /^## (.*?)(?:\s*\{#([a-z0-9-]+)\})?\s*$/.exec(line);
    if (heading) {
      sections.push({ id: heading[2], title: heading[1]!, blocks: [] });
      at++;
      continue;
    }
    if (sections.length === 0 && line.trim() !== '') sections.push({ id: undefined, title: '', blocks: [] });
    at = line.trim() === '' ? at + 1 : block(lines, at, sections.at(-1)!.blocks);
  }
  return sections;
}

function block(lines: readonly string[], from: number, into: Block[]): number {
  const line = lines[from]!;
  if (line.startsWith('```')) {
    const language = line.slice(3).trim();
    let end = from + 1;
    while (end < lines.length && !lines[end]!.startsWith('```')) end++;
    const inside = lines.slice(from + 1, end);
    into.push(
      language === 'sh'
        ? { type: 'commands', lines: inside.filter((one) => one.trim() !== '') }
        : { type: 'code', text: inside.join('\n') },
    );
    return end + 1;
  }
  if (line.startsWith('### ')) {
    into.push({ type: 'heading', text: line.slice(4) });
    return from + 1;
  }
  let end = from;
  while (end < lines.length && lines[end]!.trim() !== '' && !/^(```|#)/.test(lines[end]!)) end++;
  const text = lines.slice(from, end);
  if (/^[-*] /.test(line))
    into.push({
      type: 'list',
      items: text
        .join('\n')
        .split(/\n?^[-*] /m)
        .slice(1)
        .map((item) => inlines(item.replaceAll('\n', ' '))),
    });
  else into.push({ type: 'paragraph', inlines: inlines(text.join(' ')) });
  return end;
}

export function inlines(text: string): readonly Inline[] {
  const out: Inline[] = [];
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|([^`*]+|[`*])/g)) {
    const [, code, strong, plain] = match;
    out.push(
      code !== undefined
        ? { type: 'code', text: code }
        : strong !== undefined
          ? { type: 'strong', text: strong }
          : { type: 'text', text: plain! },
    );
  }
  return out;
}
