/** kubectl api-resources and api-versions.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/apiresources */
import type { Command, Kubectl } from '../command.ts';
import { type Mapping, apiVersionOf, groupResource } from '../discovery.ts';
import { CommandError, usageError } from '../errors.ts';
import { plainTable } from '../printers/table.ts';

export const apiResources: Command = {
  name: 'api-resources',
  summary: 'Print the supported API resources on the server',
  examples: [
    {
      comment: 'With their verbs; only those that belong to a namespace',
      lines: ['kubectl api-resources -o wide', 'kubectl api-resources --namespaced=true'],
    },
  ],
  run: async (k) => {
    if (k.args.length > 0) throw usageError('api-resources', `unexpected arguments: [${k.args.join(' ')}]`);
    const { flags } = k;
    const sort = flags.str('sort-by');
    if (sort !== '' && sort !== 'name' && sort !== 'kind') throw new CommandError('--sort-by accepts only name or kind');
    const output = flags.str('output');
    if (output !== '' && output !== 'wide' && output !== 'name') throw new CommandError(`--output ${output} is not available`);
    const shown = chosen(k, (await k.rediscover()).all);
    if (output === 'name') return k.print(shown.map((m) => `${groupResource(m)}\n`).join(''));
    const wide = output === 'wide';
    const rows = shown.map((m) => [
      m.resource,
      m.shortNames.join(','),
      apiVersionOf(m),
      String(m.namespaced),
      m.kind,
      ...(wide ? [m.verbs.join(','), m.categories.join(',')] : []),
    ]);
    const headers = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
    await k.print(plainTable(flags.bool('no-headers') ? undefined : headers, rows));
  },
};

function chosen(k: Kubectl, all: readonly Mapping[]): readonly Mapping[] {
  const { flags } = k;
  const seen = new Map<string, string>();
  const preferred = all.filter((m) => {
    if (!seen.has(m.group)) seen.set(m.group, m.version);
    return seen.get(m.group) === m.version;
  });
  const sort = flags.str('sort-by');
  return preferred
    .filter((m) => {
      if (flags.changed('api-group') && m.group !== flags.str('api-group')) return false;
      if (flags.changed('namespaced') && m.namespaced !== flags.bool('namespaced')) return false;
      if (!flags.list('verbs').every((v) => m.verbs.includes(v))) return false;
      return flags.list('categories').every((c) => m.categories.includes(c)) && m.verbs.length > 0;
    })
    .sort((a, b) => {
      if (sort === 'kind') return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0;
      if (sort === 'name' || a.group === b.group) return a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0;
      return a.group < b.group ? -1 : 1;
    });
}

export const apiVersions: Command = {
  name: 'api-versions',
  summary: 'Print the supported API versions on the server, in the form of "group/version"',
  run: async (k) => {
    if (k.args.length > 0) throw usageError('api-versions', `unexpected arguments: [${k.args.join(' ')}]`);
    await k.print(
      [...(await k.rediscover()).groupVersions]
        .sort()
        .map((v) => `${v}\n`)
        .join(''),
    );
  },
};
