/** Which faults are on, read from the journal: it holds what began each and what ended it, so a reload, a fork and the past
 *  all know. */
import type { ActiveFault, Fault } from '../sandbox/sandbox.ts';
import type { JournalEntry } from '../sim/journal.ts';
import { PANEL } from './faults.ts';
import type { PanelCommand } from './faults.ts';

interface LinkState { cut: boolean; latencyMicros: number; loss: number; sinceMicros: number }

export function activeFaults(entries: readonly JournalEntry[], link: { readonly latencyMicros: number }): readonly ActiveFault[] {
  const down = new Map<string, number>();
  const links = new Map<string, LinkState & { readonly between: readonly [string, string] }>();
  const hung = new Map<string, { readonly component: string; readonly node: string; readonly sinceMicros: number }>();
  for (const { at, input } of entries) {
    if (input.type === 'start') down.delete(input.machine);
    else if (input.type === 'drop') down.set(input.machine, at);
    else if (input.type === 'link') {
      const between = [...input.between].sort() as [string, string];
      const key = between.join(' ');
      const state = links.get(key) ?? { between, cut: false, latencyMicros: link.latencyMicros, loss: 0, sinceMicros: at };
      links.set(key, { ...state, ...input.change, sinceMicros: at });
    } else if (input.type === 'message') {
      const { c, b } = input.body as { readonly c?: unknown; readonly b?: unknown };
      if (c === PANEL) press(b as PanelCommand, input.to, at);
    }
  }
  function press(command: PanelCommand, node: string, at: number): void {
    if (command.do === 'power' && command.on) down.delete(node);
    else if (command.do === 'power') down.set(node, at);
    else if (command.do === 'hang-component') {
      const key = `${command.component} ${node}`;
      if (command.on) hung.set(key, { component: command.component, node, sinceMicros: at });
      else hung.delete(key);
    }
  }
  const active: ActiveFault[] = [];
  const put = (fault: Fault, sinceMicros: number, ...name: readonly string[]): void => {
    active.push({ id: [fault.type, ...name].join(':'), fault, sinceMicros, undoable: true });
  };
  for (const [node, at] of down) put({ type: 'node-crash', node }, at, node);
  for (const { between, cut, latencyMicros, loss, sinceMicros } of links.values()) {
    if (cut) put({ type: 'link-cut', between }, sinceMicros, ...between);
    if (latencyMicros > link.latencyMicros) put({ type: 'link-slow', between, latencyMicros }, sinceMicros, ...between);
    if (loss > 0) put({ type: 'link-lossy', between, loss }, sinceMicros, ...between);
  }
  for (const { component, node, sinceMicros } of hung.values()) put({ type: 'component-hang', component, node }, sinceMicros, component, node);
  return active.sort((a, b) => a.sinceMicros - b.sinceMicros);
}
