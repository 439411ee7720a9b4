/** Looks at a condition in a running cluster and says in one sentence what is there now. Reads are observers; probes run
 *  in a fork, so that a check never changes what it checks. */
import type { KubeList, KubeObject } from '../api/object.ts';
import { RESOURCES } from '../api/resources.ts';
import type { CommandResult, Sandbox } from '../sandbox/sandbox.ts';
import type { Condition } from './lesson.ts';
import { difference } from './match.ts';

export interface Seen {
  readonly holds: boolean;
  /** Always a fact: "Now 0 of 2." */ readonly evidence: string;
}

export interface Subject {
  readonly sandbox: Sandbox;
  readonly commands: readonly CommandResult[];
}

export async function look(condition: Condition, { sandbox, commands }: Subject): Promise<Seen> {
  switch (condition.type) {
    case 'ran':
      return ran(condition, commands);
    case 'probe':
      return probe(condition, sandbox);
    case 'absent': {
      const found = await read(sandbox, condition);
      return {
        holds: found.length === 0,
        evidence:
          found.length === 0 ? `${condition.kind} ${condition.name} is not there.` : `${condition.kind} ${condition.name} is there.`,
      };
    }
    case 'object':
      return objectSeen(condition, await read(sandbox, condition));
  }
}

function objectSeen(condition: Extract<Condition, { type: 'object' }>, found: readonly KubeObject[]): Seen {
  const { kind, name, match, atLeast } = condition;
  if (found.length === 0)
    return { holds: false, evidence: name === undefined ? `There is no ${kind}.` : `There is no ${kind} called ${name}.` };
  const missed = found.map((object) => (match === undefined ? undefined : difference(match, object)));
  const matching = missed.filter((one) => one === undefined).length;
  if (matching >= atLeast)
    return { holds: true, evidence: name === undefined ? `${matching} of ${found.length}.` : `${kind} ${name} is as it should be.` };
  return { holds: false, evidence: name === undefined ? `Now ${matching} of ${atLeast}.` : `Now ${missed[0]}.` };
}

async function read(
  sandbox: Sandbox,
  what: { readonly kind: string; readonly namespace: string; readonly name?: string },
): Promise<readonly KubeObject[]> {
  const resource = RESOURCES.find((one) => one.kind === what.kind);
  if (!resource) return [];
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const path = `${base}${resource.namespaced ? `/namespaces/${what.namespace}` : ''}/${resource.plural}`;
  const response = await sandbox.api.request({ method: 'GET', path: what.name === undefined ? path : `${path}/${what.name}` });
  if (response.status !== 200) return [];
  return what.name === undefined ? (response.body as KubeList).items : [response.body as KubeObject];
}

/** kubectl's words for resources, far enough to know what was asked. */
function ran({ verb, resource }: Extract<Condition, { type: 'ran' }>, commands: readonly CommandResult[]): Seen {
  const row = RESOURCES.find((one) => one.plural === resource);
  const names = resource === undefined ? [] : [resource, ...(row ? [row.singular, ...row.shortNames] : [])];
  const done = commands.some((command) => {
    if (command.exitCode !== 0) return false;
    const words = command.command.trim().split(/\s+/);
    if (words[0] !== 'kubectl' && words[0] !== 'k') return false;
    const rest = words.slice(1).filter((word) => !word.startsWith('-'));
    return rest[0] === verb && (resource === undefined || (rest[1] ?? '').split(/[,/]/).some((word) => names.includes(word)));
  });
  return { holds: done, evidence: done ? 'Done.' : `Not yet: ${verb}${resource === undefined ? '' : ` ${resource}`}.` };
}

async function probe({ from, get, tries, ok }: Extract<Condition, { type: 'probe' }>, sandbox: Sandbox): Promise<Seen> {
  const copy = await sandbox.fork();
  try {
    const session = await copy.shell({ name: 'probe' });
    const pod = from.slice('pod/'.length);
    const line = `n=0; i=0; while [ $i -lt ${tries} ]; do wget -q -T 2 -O /dev/null ${get} && n=$((n+1)); i=$((i+1)); done; echo answered=$n`;
    const { stdout } = await session.run(`kubectl exec ${pod} -- sh -c '${line}'`);
    const answered = Number(/answered=(\d+)/.exec(stdout)?.[1] ?? 0);
    return { holds: answered >= ok, evidence: `${answered} of ${tries} requests answered.` };
  } finally {
    await copy.close();
  }
}
