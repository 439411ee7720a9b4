/** Which kubectl sub-command a line is about: its first, with the second word where that is a command too. */

const GROUPS: ReadonlySet<string> = new Set([
  'rollout',
  'set',
  'config',
  'auth',
  'certificate',
  'top',
  'create',
  'apply',
  'cluster-info',
  'plugin',
]);
const SECOND: ReadonlySet<string> = new Set([
  'status',
  'history',
  'undo',
  'pause',
  'resume',
  'restart',
  'image',
  'env',
  'resources',
  'selector',
  'serviceaccount',
  'subject',
  'view',
  'get-contexts',
  'use-context',
  'set-context',
  'set-cluster',
  'set-credentials',
  'current-context',
  'get-clusters',
  'get-users',
  'delete-context',
  'delete-cluster',
  'delete-user',
  'rename-context',
  'unset',
  'set',
  'can-i',
  'reconcile',
  'whoami',
  'approve',
  'deny',
  'node',
  'nodes',
  'pod',
  'pods',
  'dump',
  'edit-last-applied',
  'view-last-applied',
  'set-last-applied',
  'list',
  'namespace',
  'ns',
  'deployment',
  'deploy',
  'configmap',
  'cm',
  'secret',
  'service',
  'svc',
  'job',
  'cronjob',
  'cj',
  'role',
  'clusterrole',
  'rolebinding',
  'clusterrolebinding',
  'serviceaccount',
  'sa',
  'quota',
  'ingress',
  'ing',
  'token',
  'poddisruptionbudget',
  'pdb',
  'priorityclass',
]);
/** Flags before the sub-command that take the next word as their value. */
const VALUED: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '--context',
  '--kubeconfig',
  '--as',
  '--as-group',
  '-s',
  '--server',
  '--token',
  '--user',
  '--cluster',
  '-v',
]);

export function subcommandOf(command: string): string | undefined {
  const words = /(?:^|[\s;|&(`{])(?:kubectl|k)\s+([\s\S]*)/.exec(command)?.[1]?.replace(/\\\n/g, ' ').split(/\s+/) ?? [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (VALUED.has(word)) index += 1;
    else if (word !== '' && !word.startsWith('-')) {
      if (!/^[a-z][a-z-]*$/.test(word)) return undefined;
      const next = words[index + 1] ?? '';
      return GROUPS.has(word) && SECOND.has(next) ? `${word} ${next}` : word;
    }
  }
  return undefined;
}
