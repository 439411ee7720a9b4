/** What commands-1.33.txt recorded: commands, what they printed and how they ended, and the requests that they sent. */
import { readFileSync } from 'node:fs';

export interface GoldenCase {
  readonly command: string;
  readonly text: string;
  readonly code: number;
  /** As recorded: `GET /api/v1/pods?limit=500 | accept=... | ct=... | body=...`; a body may go on in further lines. */
  readonly requests: readonly string[];
}

const MARK = '    > ';

export function goldenCases(): readonly GoldenCase[] {
  return readFileSync('test/golden/commands-1.33.txt', 'utf8')
    .split(/^\$ kubectl /m)
    .slice(1)
    .map(caseOf);
}

function caseOf(block: string): GoldenCase {
  const end = block.indexOf('\n');
  const [, text = '', code = '', after = ''] = /^([\s\S]*?)\[rc=(\d+)\]\n([\s\S]*)$/.exec(block.slice(end + 1)) ?? [];
  return { command: block.slice(0, end), text, code: Number(code), requests: requestsOf(after) };
}

/** A line that names a method begins a request; the others go on with the body of the last. */
function requestsOf(text: string): readonly string[] {
  const requests: string[] = [];
  for (const line of text.split('\n').map((one) => (one.startsWith(MARK) ? one.slice(MARK.length) : one))) {
    if (/^(UPGRADE )?(GET|POST|PUT|PATCH|DELETE) \//.test(line)) requests.push(line);
    else if (requests.length > 0) requests.push(`${requests.pop()!}\n${line}`);
  }
  return requests.map((request) => request.trimEnd());
}
