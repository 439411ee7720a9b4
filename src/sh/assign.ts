/** name=value, name+=value, name[i]=value, name=(...). */
import { arithmeticText, expandText, expandWords } from './expand.ts';
import type { Expander } from './expand.ts';
import type { Assignment } from './parse.ts';
import { ReadOnlyError, realName, setElement, setVariable, valueOf } from './state.ts';

export async function assign(shell: Expander, item: Assignment): Promise<void> {
  const { state } = shell;
  const name = realName(state, item.name);
  const old = state.variables.get(name);
  if (item.value.type === 'ArrayValue') {
    if (old?.readOnly === true) throw new ReadOnlyError(name);
    if (old?.map !== undefined) {
      const map = new Map(item.append === true ? old.map : []);
      for (const element of item.value.elements) {
        const found = /^\[(.*?)\]=(.*)$/s.exec(await expandText(shell, element));
        if (found !== null) map.set(found[1]!, found[2]!);
      }
      state.variables.set(name, { ...old, map });
      return;
    }
    const list = new Map(item.append === true ? old?.list ?? (old?.value === undefined ? [] : [[0, old.value] as const]) : []);
    let next = Math.max(-1, ...list.keys()) + 1;
    for (const element of item.value.elements) {
      const keyed = /^\[([^\]]*)\]=/.exec(element.text);
      if (keyed !== null) {
        next = Number(await arithmeticText(shell, keyed[1]!));
        list.set(next, (await expandText(shell, element)).replace(/^\[[^\]]*\]=/, ''));
        next += 1;
      } else for (const value of await expandWords(shell, [element])) { list.set(next, value); next += 1; }
    }
    state.variables.set(name, { ...old, value: undefined, list });
    return;
  }
  let value = await expandText(shell, item.value);
  if (item.index !== undefined) {
    const key = await expandText(shell, item.index);
    if (old?.map !== undefined) {
      setElement(state, name, key, () => 0, item.append === true ? (old.map.get(key) ?? '') + value : value);
      return;
    }
    const at = Number(await arithmeticText(shell, key));
    if (item.append === true) value = (old?.list?.get(at) ?? '') + value;
    setElement(state, name, key, () => at, value);
    return;
  }
  if (old?.integer === true) {
    const sum = await arithmeticText(shell, value);
    value = String(item.append === true ? (await arithmeticText(shell, valueOf(old) ?? '0')) + sum : sum);
  } else if (item.append === true) value = (valueOf(old) ?? '') + value;
  setVariable(state, name, value);
}
