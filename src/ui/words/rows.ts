/** The rows of the cluster in words: Pods without a node, then every node with its Pods, as people count. Pure. */
import { order } from '../board/content.ts';
import type { NodeView } from '../model/node-view.ts';
import type { PodView } from '../model/pod-view.ts';

export interface Row {
  readonly key: string;
  readonly pod?: PodView;
  /** With neither: the heading of the Pods that have no node. */
  readonly node?: NodeView;
}

const ofNode = new WeakMap<NodeView, { readonly namespace: string; readonly rows: readonly Row[] }>();

export function rowsOf(nodes: readonly NodeView[], pending: readonly PodView[], namespace: string): readonly Row[] {
  const shown = (pod: PodView): boolean => namespace === '' || pod.namespace === namespace || pod.system;
  const podRow = (pod: PodView): Row => ({ key: `pod ${pod.uid}`, pod });
  const waiting = pending.filter(shown).map(podRow);
  const rows: Row[] = waiting.length > 0 ? [{ key: 'tray' }, ...waiting] : [];
  for (const node of [...nodes].sort((a, b) => order(a.name, b.name))) {
    let mine = ofNode.get(node);
    if (mine?.namespace !== namespace) {
      const pods = node.pods.filter(shown).sort((a, b) => order(a.name, b.name));
      mine = { namespace, rows: [{ key: `node ${node.name}`, node }, ...pods.map(podRow)] };
      ofNode.set(node, mine);
    }
    rows.push(...mine.rows);
  }
  return rows;
}

/** Tables up to this length are whole, for the browser's own search and for readers. */
const WHOLE = 200;
const AROUND = 20;

/** From which row to before which one is drawn, for a place in the scrolled table. */
export function windowOf(
  count: number,
  { top, height, row }: { readonly top: number; readonly height: number; readonly row: number },
): { readonly first: number; readonly last: number } {
  if (count <= WHOLE) return { first: 0, last: count };
  const first = Math.max(0, Math.min(count - 1, Math.floor(top / row)) - AROUND);
  return { first, last: Math.min(count, Math.ceil((top + height) / row) + AROUND) };
}
