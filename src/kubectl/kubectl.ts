/** The kubectl program: finds the command, parses its flags, runs it, and turns what went wrong into kubectl's words and
 *  exit code. It talks to the cluster by a Transport only, and knows no terminal and no process.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/cmd.go */
import type { Transport } from '../api/transport.ts';
import { CERTIFICATE_HEADER, TransportError } from '../api/transport.ts';
import type { PairCache } from './client-certificate.ts';
import { COMMANDS } from './commands/table.ts';
import type { Command, Kubectl } from './command.ts';
import { type Config, checkNames, loadConfig } from './config.ts';
import { type Discovery, type Mapping, discover, findResource, groupResource, mustFindResource } from './discovery.ts';
import { CommandError, Interrupted, PrintedFailure, report } from './errors.ts';
import { findCommand } from './find-command.ts';
import { type Flags, flagsOf, parseFlags } from './flags.ts';
import { helpText } from './help.ts';
import type { KubectlIo } from './io.ts';
import { klogWarning } from './klog.ts';
import { type Place, type Preferred, isAlias, withPreferences } from './kuberc.ts';
import { causeOf, recorded } from './record.ts';
import { createOpenApi } from './openapi.ts';
import { ACCEPT_ANY, ACCEPT_JSON, createRest } from './rest.ts';
import { pluginCommand } from './plugins.ts';

export interface KubectlSettings {
  readonly transport: Transport;
  /** The client's version, "v1.33.1". */
  readonly version?: string;
  /** The address that the kubeconfig must name for the transport to be used; another server is not reachable from here. */
  readonly server?: string;
}

export interface KubectlProgram {
  /** Runs one command line (without the word kubectl) and resolves with its exit code; it never throws. */
  run(argv: readonly string[], io: KubectlIo): Promise<number>;
  /** A command line of a plugin's, with its program first; undefined for kubectl's own commands. */
  plugin(argv: readonly string[], io: Place): readonly string[] | undefined;
}

/** How long a discovery is believed: real kubectl keeps it six hours, and asks again for a type that it does not know. */
const DISCOVERY_MS = 6 * 3_600_000;

export function createKubectl(settings: KubectlSettings): KubectlProgram {
  const cache: { found?: Discovery; atMs: number; key: string } = { atMs: 0, key: '' };
  const run = async (typed: readonly string[], io: KubectlIo): Promise<number> => {
    let alias: Preferred['alias'];
    try {
      const preferred = withPreferences(COMMANDS, typed, io);
      ({ alias } = preferred);
      if (preferred.warnings !== '') await io.stderr.write(preferred.warnings);
      return await dispatch(settings, cache, preferred.argv, io, run);
    } catch (error) {
      const failure = io.signal.aborted && !(error instanceof CommandError) ? new Interrupted() : error;
      if (isBrokenPipe(failure)) throw failure;
      if (failure instanceof PrintedFailure) await io.stdout.write(failure.printed);
      const { text, code } = report(failure);
      if (text !== '')
        await io.stderr.write(alias === undefined ? text : text.replaceAll(`'kubectl ${alias.command} `, `'kubectl ${alias.name} `));
      return code;
    }
  };
  const isOwn = (word: string): boolean =>
    COMMANDS.some(({ name, aliases }) => !name.includes(' ') && (name === word || aliases?.includes(word)));
  return { run, plugin: (argv, io) => (isOwn(argv[0] ?? '') || isAlias(COMMANDS, argv, io) ? undefined : pluginCommand(io, argv)) };
}

const isBrokenPipe = (error: unknown): boolean => error instanceof Error && error.name === 'BrokenPipe';

/** These read objects into Go's types, and take whatever the server likes best; the others want JSON. */
const READS_ANY =
  /^(set|rollout|taint|cordon|uncordon|drain|expose|logs|exec|attach|port-forward|debug|run|cluster-info|version|create job|certificate|top)\b/;

/** Ways to ask for a dry run that were in use before. Upstream: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go GetDryRunStrategy */
const CLIENT_DRY_RUN: Readonly<Record<string, readonly [place: string, text: string]>> = {
  unchanged: ['helpers.go:703', '--dry-run is deprecated and can be replaced with --dry-run=client.'],
};

type Cache = PairCache & { found?: Discovery; atMs: number; key: string };
type Run = (argv: readonly string[], io: KubectlIo) => Promise<number>;

async function dispatch(settings: KubectlSettings, cache: Cache, argv: readonly string[], io: KubectlIo, run: Run): Promise<number> {
  const { command, typed, words } = findCommand(COMMANDS, argv);
  if (command === undefined) {
    // What stands behind `--` is nobody's.
    parseFlags('', words);
    await io.stdout.write(helpText(undefined));
    return 0;
  }
  const flags = parseFlags(command.name, words);
  if (flags.bool('help')) {
    await io.stdout.write(helpText(command));
    return 0;
  }
  if (command.run === undefined) {
    if (flags.args.length > 0) {
      throw new CommandError(`unknown command ${JSON.stringify(flags.args[0])}\nSee 'kubectl ${command.name} -h' for help and examples`);
    }
    await io.stdout.write(helpText(command));
    return 1;
  }
  const missing = (command.required ?? []).filter((name) => !flags.changed(name));
  if (missing.length > 0) throw new CommandError(`required flag(s) ${missing.map((m) => JSON.stringify(m)).join(', ')} not set`);
  if (flags.changed('record')) await io.stderr.write('Flag --record has been deprecated, --record will be removed in the future\n');
  const dryRun = flags.str('dry-run');
  const meant = CLIENT_DRY_RUN[dryRun];
  if (meant !== undefined) await klogWarning(io, ...meant);
  const warnings = new Set<string>();
  const code = (await command.run(session(settings, cache, { ...command, typed }, flags, io, run, warnings))) ?? 0;
  if (code === 0 && warnings.size > 0 && flags.bool('warnings-as-errors')) {
    throw new CommandError(`${warnings.size} warning${warnings.size === 1 ? '' : 's'} received`);
  }
  return code;
}

function session(
  settings: KubectlSettings,
  cache: Cache,
  command: Command & { readonly typed: string },
  flags: Flags,
  io: KubectlIo,
  run: Run,
  warnings: Set<string>,
): Kubectl {
  const config = loadConfig(io, flags);
  const works = !command.name.startsWith('config ');
  if (works && !config.exists && flags.changed('kubeconfig'))
    throw new CommandError(`stat ${flags.str('kubeconfig')}: no such file or directory`);
  if (works)
    checkNames(
      config,
      flags,
      flagsOf(command.name).some(({ name }) => name === 'user'),
    );
  const certificate = works ? config.certificate(cache) : undefined;
  const headers = certificate === undefined ? config.headers : { ...config.headers, [CERTIFICATE_HEADER]: certificate };
  const version = settings.version ?? 'v1.33.1';
  const rest = createRest({
    transport: settings.transport,
    userAgent: `kubectl/${version} (linux/amd64) kubernetes`,
    headers,
    accept: READS_ANY.test(command.name) ? ACCEPT_ANY : ACCEPT_JSON,
    signal: io.signal,
    check: () => checkServer(settings, config),
    async warn(text) {
      warnings.add(text);
      await io.stderr.write(`Warning: ${text}\n`);
    },
  });
  const key = JSON.stringify([config.server, headers]);
  const rediscover = async (): Promise<Discovery> => {
    cache.found = await discover(rest);
    cache.atMs = io.clock.now();
    cache.key = key;
    return cache.found;
  };
  const discovery = async (): Promise<Discovery> =>
    cache.found !== undefined && cache.key === key && io.clock.now() - cache.atMs < DISCOVERY_MS ? cache.found : rediscover();
  const told = new Set<string>();
  const warned = async (found: Mapping, name: string): Promise<Mapping> => {
    if (!found.shortNames.includes(name)) return found;
    for (const other of (await discovery()).all) {
      const text = `short name ${JSON.stringify(name)} could also match lower priority resource ${groupResource(other)}`;
      if (other.group === found.group || !other.shortNames.includes(name) || told.has(text)) continue;
      told.add(text);
      await io.stderr.write(`Warning: ${text}\n`);
    }
    return found;
  };
  const mapping = async (name: string): Promise<Mapping> =>
    warned(findResource(await discovery(), name) ?? mustFindResource(await rediscover(), name), name);
  const cause = causeOf(command.typed, flags);
  return {
    path: command.name,
    io,
    flags,
    args: flags.args,
    cause,
    rest: flags.bool('record') ? recorded(rest, cause) : rest,
    config,
    namespace: flags.str('namespace') || config.namespace || 'default',
    namespaceGiven: flags.changed('namespace') && flags.str('namespace') !== '',
    version: { gitVersion: version, kustomize: 'v5.6.0' },
    openApi: createOpenApi(rest),
    discovery,
    rediscover,
    mapping,
    print: (text) => io.stdout.write(text),
    say: (text) => io.stderr.write(text),
    invoke: (words, other) => run(words, other === undefined ? io : { ...io, ...other }),
  };
}

/** Only the sandbox's own cluster is at the end of the transport. */
function checkServer(settings: KubectlSettings, config: Config): void {
  if (settings.server === undefined || config.server === settings.server) return;
  const [, host = 'localhost', port = '443'] = /^\w+:\/\/([^:/]+)(?::(\d+))?/.exec(config.server || 'http://localhost:8080') ?? [];
  const local = host === 'localhost' || host === '127.0.0.1';
  if (local || config.server === '')
    throw new TransportError('refused', `dial tcp ${local ? host : '127.0.0.1'}:${port}: connect: connection refused`);
  throw new TransportError('unreachable', `dial tcp: lookup ${host} on 10.0.0.2:53: no such host`);
}
