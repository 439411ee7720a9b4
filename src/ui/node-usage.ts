/** What nodes use, for the bars of the board: each kubelet's own summary, read as an observer, one node after the other. */
import type { Transport } from '../api/transport.ts';
import type { Usage } from './model/node-view.ts';

/** Four nodes are each asked every two seconds, more of them less often: a summary names every Pod. */
const EVERY_MS = 500;
/** A kubelet answers in cluster time, so not while that stands: the answer is waited for, and comes when time goes on.
 *  What was lost on the way is asked for again. */
const WAIT_MS = 30_000;
/** Beyond these a board shows no bars anyway. */
const NODES_MAX = 40;
const MIB = 2 ** 20;

interface Summary {
  readonly node?: { readonly cpu?: { readonly usageNanoCores?: number }; readonly memory?: { readonly workingSetBytes?: number } };
}

/** In whole millicores and mebibytes, so that a bar that looks the same is the same. */
export function usageIn(summary: object): Usage | undefined {
  const { cpu, memory } = (summary as Summary).node ?? {};
  if (cpu?.usageNanoCores === undefined || memory?.workingSetBytes === undefined) return undefined;
  return { cpuMilli: Math.round(cpu.usageNanoCores / 1e6), memoryBytes: Math.round(memory.workingSetBytes / MIB) * MIB };
}

/** Until disposed. `put` hears undefined for a node that refuses. */
export function pollNodeUsage(
  transport: Transport,
  names: () => Iterable<string>,
  put: (name: string, usage: Usage | undefined) => void,
): Disposable {
  const asked = new Set<string>();
  let closed = false;
  let turn = 0;

  async function ask(name: string): Promise<void> {
    asked.add(name);
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(), WAIT_MS);
    try {
      const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary`;
      const { status, body } = await transport.request({ method: 'GET', path, headers: { accept: 'application/json' } }, abort.signal);
      if (!closed) put(name, status === 200 && typeof body === 'object' ? usageIn(body) : undefined);
    } catch {
      // Cut off or switched off: the board shows no bars of a node that is not Ready.
    }
    clearTimeout(late);
    asked.delete(name);
  }

  const timer = setInterval(() => {
    if (document.visibilityState === 'hidden') return;
    const all = [...names()].slice(0, NODES_MAX);
    const name = all[turn++ % all.length];
    if (name !== undefined && !asked.has(name)) void ask(name);
  }, EVERY_MS);
  return {
    [Symbol.dispose]() {
      closed = true;
      clearInterval(timer);
    },
  };
}
