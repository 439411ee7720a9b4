import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/kubectl/commands/table.ts';
import { FLAG_TABLE, USAGE_TABLE } from '../../src/kubectl/flag-table.ts';
import { flagsOf, globalFlags } from '../../src/kubectl/flags.ts';
import { cannedTransport } from './canned.ts';
import { createRunner } from './run.ts';

type Recorded = Readonly<Record<string, { readonly usage: string; readonly flags: Readonly<Record<string, { readonly short: string | null; readonly default: string }>> }>>;
const recorded = JSON.parse(readFileSync('test/golden/flags-1.33.json', 'utf8')) as Recorded;
const commands = Object.keys(recorded).filter((name) => name !== '');

describe('the flag table is that of real kubectl 1.33', () => {
  it.each(commands)('%s', (name) => {
    const want = Object.entries(recorded[name]!.flags).map(([flag, { short, default: initial }]) => `${flag}${short ?? ''}=${initial.replace(/^'(.*)'$|^\[(.*)\]$/, '$1$2')}`).sort();
    const have = flagsOf(name).filter((f) => f.name !== 'record' && f.name !== 'name-only').map((f) => `--${f.name}${f.short === undefined ? '' : `-${f.short}`}=${f.initial}`).sort();
    expect(have).toEqual(want);
    expect(USAGE_TABLE[name]).toBe(recorded[name]!.usage);
  });

  it('has a command for every recorded one', () => {
    const known = COMMANDS.map((c) => c.name);
    expect(commands.filter((name) => !known.includes(name))).toEqual([]);
    expect(Object.keys(FLAG_TABLE).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('has no command without help', async () => {
    const runner = createRunner(cannedTransport([]));
    for (const { name } of COMMANDS) {
      const { stdout, code } = await runner.run([...name.split(' '), '--help']);
      expect([name, code]).toEqual([name, 0]);
      expect(stdout).toContain('Usage:');
    }
  });

  it('knows the global flags', () => {
    expect(globalFlags().length).toBe(27);
  });
});

const RESOURCES = 'error: You must provide one or more resources by argument or filename.\nExample resource specifications include:\n' +
  "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n";

/** Recorded from kubectl 1.33.1 without a server: the line, what it says on stderr; all end with 1. */
const COMPLAINTS: readonly (readonly [string, string])[] = [
  ['foo', 'error: unknown command "foo" for "kubectl"\n\nDid you mean this?\n\ttop\n'],
  ['gte', 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'],
  ['depl', 'error: unknown command "depl" for "kubectl"\n'],
  ['log', 'error: unknown command "log" for "kubectl"\n\nDid you mean this?\n\ttop\n\tlogs\n'],
  ['ex', 'error: unknown command "ex" for "kubectl"\n\nDid you mean this?\n\texpose\n\tset\n\texplain\n\tget\n\texec\n\tcp\n'],
  ['get --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"],
  ['get -xyz', "error: unknown shorthand flag: 'x' in -xyz\nSee 'kubectl get --help' for usage.\n"],
  ['get -n', "error: flag needs an argument: 'n' in -n\nSee 'kubectl get --help' for usage.\n"],
  ['get --namespace', "error: flag needs an argument: --namespace\nSee 'kubectl get --help' for usage.\n"],
  ['get ---', "error: bad flag syntax: ---\nSee 'kubectl get --help' for usage.\n"],
  ['get', 'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n' +
    'error: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\n' +
    "See 'kubectl get -h' for help and examples\n"],
  ['config veiw', "error: unknown command \"veiw\"\nSee 'kubectl config -h' for help and examples\n"],
  ['create foo', "error: Unexpected args: [foo]\nSee 'kubectl create -h' for help and examples\n"],
  ['scale deploy web', 'error: required flag(s) "replicas" not set\n'],
  ['create deployment a', 'error: required flag(s) "image" not set\n'],
  ['create configmap', "error: exactly one NAME is required, got 0\nSee 'kubectl create configmap -h' for help and examples\n"],
  ['create ns', "error: exactly one NAME is required, got 0\nSee 'kubectl create namespace -h' for help and examples\n"],
  ['rollout foo', "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n"],
  ['rollout status', 'error: required resource not specified\n'],
  ['delete', RESOURCES], ['expose', RESOURCES], ['edit', RESOURCES], ['set image', RESOURCES], ['set resources', RESOURCES],
  ['apply', 'error: must specify one of -f and -k\n'],
  ['create', 'error: must specify one of -f and -k\n'],
  ['describe', 'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n'],
  ['logs', "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples\n"],
  ['exec', 'error: pod, type/name or --filename must be specified\n'],
  ['exec p', 'error: you must specify at least one command for the container\n'],
  ['label', 'error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n'],
  ['label pod x', 'error: at least one label update is required\n'],
  ['annotate pod x', 'error: at least one annotation update is required\n'],
  ['patch deploy x', 'error: must specify --patch or --patch-file containing the contents of the patch\n'],
  ['wait pod/x', 'error: unrecognized condition: ""\n'],
  ['wait pod/x --for=foo', 'error: unrecognized condition: "foo"\n'],
  ['cordon', "error: USAGE: cordon NODE [flags]\nSee 'kubectl cordon -h' for help and examples\n"],
  ['taint', 'error: one or more resources must be specified as <resource> <name>\n'],
  ['taint node x foo', 'error: at least one taint update is required\n'],
  ['top foo', "error: unknown command \"foo\"\nSee 'kubectl top -h' for help and examples\n"],
  ['explain', 'error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n'],
  ['auth can-i get', "error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.\n"],
  ['scale deploy web --replicas=x', 'error: invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax\nSee \'kubectl scale --help\' for usage.\n'],
  ['logs x --since=5', 'error: invalid argument "5" for "--since" flag: time: missing unit in duration "5"\nSee \'kubectl logs --help\' for usage.\n'],
  ['get pods --all-namespaces=maybe', 'error: invalid argument "maybe" for "-A, --all-namespaces" flag: strconv.ParseBool: parsing "maybe": invalid syntax\nSee \'kubectl get --help\' for usage.\n'],
  ['create deployment x --image=a --dry-run=foo', 'error: Invalid dry-run value (foo). Must be "none", "server", or "client".\n'],
  ['completion', "error: Shell not specified.\nSee 'kubectl completion -h' for help and examples\n"],
  ['plugin list', 'error: unable to find any kubectl plugins in your PATH\n'],
  ['create role r', 'error: at least one verb must be specified\n'],
  ['create role r --verb=get', 'error: at least one resource must be specified\n'],
  ['create clusterrole r --verb=get', 'error: one of resource or nonResourceURL must be specified\n'],
  ['create rolebinding rb', 'error: exactly one of clusterrole or role must be specified\n'],
  ['create job j', 'error: either --image or --from must be specified\n'],
  ['create cronjob c --image=x', 'error: required flag(s) "schedule" not set\n'],
  ['create pdb p', 'error: a selector must be specified\n'],
  ['create ingress i', 'error: not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)\n'],
  ['create cm c --from-literal=a', 'error: invalid literal source a, expected key=value\n'],
  ['create cm c --from-file=nope', 'error: error reading nope: no such file or directory\n'],
  ['create secret tls t', 'error: key and cert must be specified\n'],
  ['create secret docker-registry x', 'error: either --from-file or the combination of --docker-username, --docker-password and --docker-server is required\n'],
  ['create service clusterip x', 'error: at least one tcp port specifier must be provided\n'],
  ['autoscale deploy web', 'error: required flag(s) "max" not set\n'],
  ['cp a', 'error: source and destination are required\n'],
  ['cp a b', 'error: one of src or dest must be a remote file specification\n'],
  ['port-forward x', "error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples\n"],
  ['attach', 'error: at least 1 argument is required for attach\n'],
  ['set env', 'error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n'],
  ['set sa', 'error: serviceaccount is required\n'],
  ['config set-context', 'error: you must specify a non-empty context name or --current\n'],
  ['config use-context foo', 'error: no context exists with the name: "foo"\n'],
  ['config current-context', 'error: current-context is not set\n'],
];

describe('complaints are those of real kubectl 1.33', () => {
  it.each(COMPLAINTS)('%s', async (line, text) => {
    const { stderr, stdout, code } = await createRunner(cannedTransport([])).run(line);
    expect(stdout + stderr).toBe(text);
    expect(code).toBe(1);
  });

  it('diff complains with 2', async () => {
    expect(await createRunner(cannedTransport([])).run('diff')).toEqual({ code: 2, stdout: '', stderr: 'error: must specify one of -f and -k\n' });
  });
});
