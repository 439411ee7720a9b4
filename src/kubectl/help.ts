/** What --help prints, in kubectl's layout and our words.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/util/templates/templates.go */
import type { Command } from './command.ts';
import { COMMANDS } from './commands/table.ts';
import { FLAG_HELP } from './flag-help.ts';
import { USAGE_TABLE } from './flag-table.ts';
import { type FlagSpec, flagsOf, globalFlags } from './flags.ts';

const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Basic Commands (Beginner)', ['create', 'expose', 'run', 'set']],
  ['Basic Commands (Intermediate)', ['explain', 'get', 'edit', 'delete']],
  ['Deploy Commands', ['rollout', 'scale', 'autoscale']],
  ['Cluster Management Commands', ['certificate', 'cluster-info', 'top', 'cordon', 'uncordon', 'drain', 'taint']],
  [
    'Troubleshooting and Debugging Commands',
    ['describe', 'logs', 'attach', 'exec', 'port-forward', 'proxy', 'cp', 'auth', 'debug', 'events'],
  ],
  ['Advanced Commands', ['diff', 'apply', 'patch', 'replace', 'wait', 'kustomize']],
  ['Settings Commands', ['label', 'annotate', 'completion']],
  ['Other Commands', ['api-resources', 'api-versions', 'config', 'plugin', 'version']],
];

const GLOBAL_HINT = 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n';

/** undefined: kubectl itself. */
export function helpText(command: Command | undefined): string {
  return command === undefined ? rootHelp() : commandHelp(command);
}

function rootHelp(): string {
  const sections = GROUPS.map(([title, names]) => {
    const rows = names.map((name) => `  ${name.padEnd(15)} ${COMMANDS.find((c) => c.name === name)?.summary ?? ''}`.trimEnd());
    return `${title}:\n${rows.join('\n')}\n`;
  });
  return (
    `kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n${sections.join('\n')}\n` +
    `Usage:\n  kubectl [flags] [options]\n\nUse "kubectl <command> --help" for more information about a given command.\n${GLOBAL_HINT}`
  );
}

function commandHelp(command: Command): string {
  const parts = [`${command.summary}.${command.description === undefined ? '' : `\n\n ${command.description}`}\n`];
  if (command.aliases !== undefined && command.aliases.length > 0)
    parts.push(`Aliases:\n${[command.name.split(' ').at(-1), ...command.aliases].join(', ')}\n`);
  if (command.examples !== undefined) {
    parts.push(`Examples:\n${command.examples.map((e) => `  # ${e.comment}\n${e.lines.map((l) => `  ${l}`).join('\n')}\n`).join('  \n')}`);
  }
  const children = childrenOf(command);
  if (children.length > 0) {
    const width = Math.max(11, ...children.map((c) => lastWord(c).length)) + 3;
    parts.push(`Available Commands:\n${children.map((c) => `  ${lastWord(c).padEnd(width)}${c.summary}`).join('\n')}\n`);
  }
  const flags = flagsOf(command.name).filter((f) => f.name !== 'record');
  if (flags.length > 0) parts.push(`Options:\n${flagList(flags, command.name)}`);
  parts.push(`Usage:\n  ${USAGE_TABLE[command.name] ?? `kubectl ${command.name} [options]`}\n`);
  const more = children.length > 0 ? `Use "kubectl ${command.name} <command> --help" for more information about a given command.\n` : '';
  return `${parts.join('\n')}\n${more}${GLOBAL_HINT}`;
}

const lastWord = (command: Command): string => command.name.split(' ').at(-1) ?? '';

function childrenOf(command: Command): readonly Command[] {
  const depth = command.name.split(' ').length + 1;
  return COMMANDS.filter((c) => c.name.startsWith(`${command.name} `) && c.name.split(' ').length === depth).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function flagList(flags: readonly FlagSpec[], path: string): string {
  return `${flags
    .map((f) => {
      const names = f.short === undefined ? `--${f.name}` : `-${f.short}, --${f.name}`;
      const initial = f.type === 's' || f.type === 't' ? `'${f.initial}'` : f.type === 'l' || f.type === 'a' ? `[${f.initial}]` : f.initial;
      return `    ${names}=${initial}:\n\t${FLAG_HELP[`${path} ${f.name}`] ?? FLAG_HELP[f.name] ?? ''}\n`;
    })
    .join('\n')}`;
}

export function optionsText(): string {
  return `The following options can be passed to any command:\n\n${flagList(globalFlags(), '')}`;
}
