/** What the live cluster says of a line of the manifest: so far, of images that cannot be pulled and containers that keep
 *  ending. Pure. */
import type { Pod } from '../../api/generated/types.ts';
import type { PodView } from '../model/pod-view.ts';
import type { Note } from './monaco.ts';

export function clusterNotes(text: string, views: readonly PodView[], pods: readonly Pod[]): readonly Note[] {
  const failing = new Map(views.filter((view) => view.state === 'failing').map((view) => [view.key, view]));
  if (failing.size === 0) return [];
  const notes: Note[] = [];
  text.split('\n').forEach((line, at) => {
    const image = /^\s*(?:- )?image:\s*["']?([^\s"'#]+)/.exec(line)?.[1];
    if (image === undefined) return;
    const users = pods.filter(
      (pod) =>
        failing.has(`${pod.metadata?.namespace}/${pod.metadata?.name}`) && (pod.spec?.containers ?? []).some((one) => one.image === image),
    );
    if (users.length === 0) return;
    const pull = users.filter((pod) => failing.get(`${pod.metadata?.namespace}/${pod.metadata?.name}`)?.word === "Can't pull").length;
    const say = (count: number, one: string, many: string) => `${count} ${count === 1 ? `Pod ${one}` : `Pods ${many}`}`;
    notes.push({
      line: at + 1,
      text: pull > 0 ? say(pull, 'cannot pull this', 'cannot pull this') : say(users.length, 'keeps ending', 'keep ending'),
    });
  });
  return notes;
}
