/** A Pod is bound once: its node never changes, and never goes. */
import type { Pod } from '../../../src/api/generated/types.ts';
import { PODS } from '../rule.ts';
import type { Accuse, Rule } from '../rule.ts';

export function bindingRule(accuse: Accuse): Rule {
  return ({ key, object, before }) => {
    if (!object || !before || !key.startsWith(PODS)) return;
    const from = (before as Pod).spec?.nodeName;
    const to = (object as Pod).spec?.nodeName;
    if (!from || from === to || before.metadata?.uid !== object.metadata?.uid) return;
    accuse('a Pod is bound once', `${key} moved from ${from} to ${to ?? 'nowhere'}`);
  };
}
