/** `$(VAR)` in commands, arguments and values of environment variables: known names are replaced, unknown ones stay as
 *  they are, and `$$` is a dollar sign.
 *  Upstream: third_party/forked/golang/expansion/expand.go */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const here = text[at] as string;
    if (here !== '$' || at + 1 >= text.length) {
      out += here;
      continue;
    }
    const next = text[at + 1] as string;
    if (next === '$') {
      out += '$';
      at += 1;
      continue;
    }
    const end = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (next !== '(') {
      out += `$${next}`;
      at += 1;
      continue;
    }
    if (end < 0) {
      out += '$(';
      at += 1;
      continue;
    }
    const name = text.slice(at + 2, end);
    out += lookUp(name) ?? `$(${name})`;
    at = end;
  }
  return out;
}
