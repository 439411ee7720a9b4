/** kubectl wait.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/wait/wait.go */
import type { Command, Kubectl } from '../command.ts';
import { AggregateFailure, CommandError, isNotFound } from '../errors.ts';
import { type Info, NO_RESOURCE, visit } from '../infos.ts';
import { type Obj, list, str } from '../obj.ts';
import { resultPrinter } from '../printers/output.ts';
import { compileJsonPath, relaxedPath } from '../printers/json-path.ts';
import { followObject } from '../watch.ts';
import { timedOut, waitDeleted } from './delete.ts';

export const wait: Command = {
  name: 'wait',
  summary: 'Experimental: Wait for a specific condition on one or many resources',
  examples: [
    { comment: 'Until a pod is ready', lines: ['kubectl wait --for=condition=Ready pod/web --timeout=60s'] },
    {
      comment: 'Until it is gone; until a field has a value',
      lines: ['kubectl wait --for=delete pod/web', "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web"],
    },
  ],
  complete: 'resource',
  run,
};

const CREATED_MS = 500;

type Goal = { readonly type: 'delete' } | { readonly type: 'create' } | { readonly type: 'check'; readonly met: (object: Obj) => boolean };

async function run(k: Kubectl): Promise<void> {
  if (k.flags.bool('local') && k.flags.list('filename').length === 0)
    throw new CommandError(
      "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
  const print = resultPrinter(k, 'none');
  const goal = goalOf(k.flags.str('for'));
  const limit = k.flags.durationMs('timeout');
  const end = k.io.clock.now() + (limit < 0 ? 7 * 86_400_000 : limit);
  if (k.args.length === 0 && k.flags.list('filename').length === 0) throw new CommandError(NO_RESOURCE);
  const selection = {
    args: k.args,
    labelSelector: k.flags.str('selector'),
    fieldSelector: k.flags.str('field-selector'),
    all: k.flags.bool('all'),
    allNamespaces: k.flags.bool('all-namespaces'),
  };
  if (goal.type === 'create') await waitCreated(k, selection.args, end);
  const infos: Info[] = [];
  try {
    await visit(k, { ...selection, latest: true }, async (info) => {
      infos.push(info);
    });
  } catch (error) {
    // What is gone already need not be waited for.
    if (goal.type !== 'delete' || !isNotFound(error)) throw error;
  }
  if (infos.length === 0) {
    if (goal.type === 'delete') return;
    throw new CommandError('no matching resources found');
  }
  const failures: unknown[] = [];
  for (const info of infos) {
    try {
      if (goal.type === 'delete') await waitDeleted(k, info, end);
      const seen = goal.type === 'check' ? await waitMet(k, info, goal.met, end) : info.object!;
      await print(seen, 'condition met');
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
}

function goalOf(text: string): Goal {
  const lower = text.toLowerCase();
  if (lower === 'delete' || lower === 'create') return { type: lower };
  if (text.startsWith('condition=')) return conditionGoal(text.slice('condition='.length));
  if (text.startsWith('jsonpath=')) return jsonPathGoal(text.slice('jsonpath='.length));
  throw new CommandError(`unrecognized condition: ${JSON.stringify(text)}`);
}

function conditionGoal(text: string): Goal {
  const equals = text.indexOf('=');
  const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const value = (equals < 0 ? 'true' : text.slice(equals + 1)).toLowerCase();
  return {
    type: 'check',
    met: (object) =>
      list(object, 'status', 'conditions').some((c) => {
        if (str(c, 'type').toLowerCase() !== name) return false;
        const observed = str(c, 'observedGeneration') || str(object, 'status', 'observedGeneration');
        if (observed !== '' && Number(observed) < Number(str(object, 'metadata', 'generation') || '0')) return false;
        return str(c, 'status').toLowerCase() === value;
      }),
  };
}

function jsonPathGoal(text: string): Goal {
  const close = text.indexOf('}');
  const inner = text.replace(/^(['"])(.*)\1$/, '$2');
  const split = close >= 0 ? /^(\{.*\})(?:=(.*))?$/s.exec(inner) : /^([^=]*)(?:=(.*))?$/s.exec(inner);
  const [, path = '', value] = split ?? [];
  if (path === '') throw new CommandError('jsonpath expression cannot be empty');
  if (value === '')
    throw new CommandError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  const compiled = compileJsonPath(relaxedPath(path), true);
  const wanted = value?.replace(/^(['"])(.*)\1$/, '$2');
  return {
    type: 'check',
    met: (object) => {
      const found = compiled.find(object);
      if (found.length === 0) return false;
      if (found.length > 1) throw new CommandError('given jsonpath expression matches more than one value');
      if (wanted === undefined) return true;
      if (typeof found[0] === 'object' && found[0] !== null)
        throw new CommandError('jsonpath leads to a nested object or list which is not supported');
      return String(found[0]) === wanted;
    },
  };
}

async function waitMet(k: Kubectl, info: Info, met: (object: Obj) => boolean, end: number): Promise<Obj> {
  // All share the time: where it is over nothing is looked at any more.
  if (k.io.clock.now() >= end && k.flags.durationMs('timeout') !== 0) throw timedOut(info);
  let last = info.object!;
  const look = async (object: Obj | undefined): Promise<boolean> => {
    last = object ?? last;
    return object !== undefined && met(object);
  };
  const changed = async (type: string, object: Obj): Promise<boolean> => type !== 'DELETED' && look(object);
  if ((await followObject(k, info, end, { listed: look, changed })) === 'timeout') throw timedOut(info);
  return last;
}

/** Asks again twice a second until everything that was named is there. */
async function waitCreated(k: Kubectl, args: readonly string[], end: number): Promise<void> {
  for (;;) {
    try {
      const count = await visit(
        k,
        { args, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: true },
        async () => undefined,
      );
      if (count > 0) return;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await k.io.clock.sleep(Math.min(CREATED_MS, Math.max(0, end - k.io.clock.now())), k.io.signal);
    if (k.io.clock.now() >= end) throw new CommandError('timed out waiting for the condition');
  }
}
