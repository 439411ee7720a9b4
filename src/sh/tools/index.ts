/** The table of tools, by the name under which they are called. */
import type { Tool } from '../tool.ts';
import * as basic from './basic.ts';
import * as text from './text.ts';

export const TOOLS: Readonly<Record<string, Tool>> = {
  '[': basic.test, basename: basic.basename, cat: text.cat, clear: basic.clear, cut: text.cut, dirname: basic.dirname, echo: basic.echo, env: basic.env,
  expr: basic.expr, false: basic.failing, head: text.head, nice: basic.nice, nl: text.nl, nohup: basic.nohup, paste: text.paste, printenv: basic.printenv,
  printf: basic.printf, pwd: basic.pwd, rev: text.rev, seq: basic.seq, shuf: text.shuf, sleep: basic.sleep, sort: text.sort, strings: text.strings,
  sync: basic.sync, tac: text.tac, tail: text.tail, tee: text.tee, test: basic.test, time: basic.time, timeout: basic.timeout, tr: text.tr,
  true: basic.nothing, uniq: text.uniq, wc: text.wc, which: basic.which, xargs: basic.xargs, yes: basic.yes,
};
