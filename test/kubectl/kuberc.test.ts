/** ~/.kube/kuberc. What real kubectl 1.33.1 answered to the same files and lines. */
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/kubectl/commands/table.ts';
import { isAlias, withPreferences } from '../../src/kubectl/kuberc.ts';
import { cannedTransport } from './canned.ts';
import { createRunner } from './run.ts';

const ON = { KUBECTL_KUBERC: 'true' };
const PREFERENCE = 'apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\n';
const CLIENT = 'Client Version: v1.33.1\nKustomize Version: v5.6.0\n';

async function answer(kuberc: string, line: string, env: Readonly<Record<string, string>> = ON) {
  const runner = createRunner(cannedTransport([]), { env });
  runner.files.makeDirectory('/root/.kube', { recursive: true });
  if (kuberc !== '') runner.files.writeFile('/root/.kube/kuberc', kuberc);
  return runner.run(line);
}

const ALIASES = `${PREFERENCE}overrides:
- {command: version, flags: [{name: client, default: maybe}]}
aliases:
- {name: ver, command: nope}
- {name: vv, command: version, flags: [{name: x, default: "1"}]}
- {name: vw, command: version, flags: [{name: client, default: 1s}]}
- {name: vx, command: version, flags: [{name: client, default: "true"}]}
- {name: cr, command: create role}
`;
const applying = (text: string): string => `error occurred while applying preferences ${text}\n`;
const BOOL = (value: string): string => `invalid argument "${value}" for "--client" flag: strconv.ParseBool: parsing "${value}": invalid syntax`;

describe('kuberc', () => {
  it.each([
    ['an alias of nothing', ALIASES, 'ver', applying('command "nope" not found to set alias "ver": [nope]')],
    ['an alias with a flag that the command has not', ALIASES, 'vv', applying('invalid alias flag x in alias kubectl')],
    ['an alias with a value that the flag refuses', ALIASES, 'vw', applying(`could not apply value 1s to flag client in alias kubectl err: ${BOOL('1s')}`)],
    ['an override with such a value', ALIASES, 'version', applying(`could not apply override value maybe to flag client in command version err: ${BOOL('maybe')}`)],
    ['a mistake behind an alias', ALIASES, 'cr', "error: exactly one NAME is required, got 0\nSee 'kubectl cr -h' for help and examples\n"],
    ['two of a name', `${PREFERENCE}aliases: [{name: a, command: version}, {name: a, command: version}]`, 'version', applying('duplicate alias name a')],
    ['a name with a dash', `${PREFERENCE}aliases: [{name: v-x, command: version}]`, 'version', applying('invalid alias name, can only include alphabetical characters')],
    ['a flag with dashes', `${PREFERENCE}overrides: [{command: version, flags: [{name: -o, default: json}]}]`, 'version', applying('flag name -o should be in long form without dashes')],
    ['an unknown flag', `${PREFERENCE}overrides: [{command: version, flags: [{name: x, default: json}]}]`, 'version', applying('invalid flag x for command version')],
    ['no file', '', 'version --client --kuberc', applying('kuberc file is not found')],
    ['a missing file', '', 'version --client --kuberc nope', applying('kuberc error kuberc: open nope: no such file or directory')],
    ['another kind, asked for', 'kind: x', 'version --kuberc=.kube/kuberc', applying('kuberc error kuberc: no valid preferences found in .kube/kuberc, use --v=5 to see details')],
  ])('refuses %s', async (_, kuberc, line, stderr) => {
    expect(await answer(kuberc, line)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each([
    ['an alias with its defaults', ALIASES, 'vx', ''],
    ['a default that was typed otherwise', ALIASES, 'version --client', ''],
    ['no file at all', '', 'version --client', ''],
    ['an override of nothing', `${PREFERENCE}overrides: [{command: nope, flags: []}]`, 'version --client', 'Warning: command "nope" not found to set kuberc override\n'],
    ['an alias named as a command', `${PREFERENCE}aliases: [{name: version, command: get}]`, 'version --client', ''],
    ['a field that is not known', `${PREFERENCE}aliases: [{name: a, command: get, bogus: 1}]`, 'version --client', 'kuberc: no preferences loaded from /root/.kube/kuberc: strict decoding error: unknown field "aliases[0].bogus"'],
    ['what is no YAML', '{{{', 'version --client', 'kuberc: no preferences loaded from /root/.kube/kuberc: no valid preferences found in /root/.kube/kuberc, use --v=5 to see details'],
  ])('goes on with %s', async (_, kuberc, line, stderr) => {
    expect(await answer(kuberc, line)).toEqual({ code: 0, stdout: CLIENT, stderr });
  });

  it('is off unless it is asked for', async () => {
    expect((await answer(ALIASES, 'vx', {})).stderr).toContain('unknown command "vx" for "kubectl"');
    expect((await answer(ALIASES, 'vx', { ...ON, KUBERC: 'off' })).stderr).toContain('unknown command "vx" for "kubectl"');
    expect((await answer(ALIASES, 'version --client --kuberc x', { ...ON, KUBERC: 'off' })).stderr)
      .toBe(applying('kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive'));
  });

  const LINES = `${PREFERENCE}overrides:
- {command: get, flags: [{name: output, default: wide}]}
- {command: get, flags: [{name: show-labels, default: "true"}]}
aliases:
- {name: getn, command: get, prependArgs: [nodes], flags: [{name: output, default: wide}]}
- {name: runx, command: run, appendArgs: [--, sleep, "1"], flags: [{name: image, default: busybox}]}
- {name: dep, command: create deployment, flags: [{name: image, default: nginx}]}
`;
  it.each([
    ['get pods', 'get --output=wide --show-labels=true pods'],
    ['-n a get pods -oyaml', 'get --show-labels=true -n a pods -oyaml'],
    ['get pods --show-labels=false -o json', 'get pods --show-labels=false -o json'],
    ['getn', 'get --output=wide nodes'],
    ['getn control-plane -o name', 'get nodes control-plane -o name'],
    ['runx p -n a', 'run --image=busybox p -n a -- sleep 1'],
    ['dep web --replicas=2', 'create deployment --image=nginx web --replicas=2'],
    ['describe pods', 'describe pods'],
  ])('%s means %s', (line, meant) => {
    const runner = createRunner(cannedTransport([]));
    runner.files.writeFile('/root/rc', LINES);
    const place = { files: runner.files, env: new Map(Object.entries(ON)), cwd: '/root' };
    expect(withPreferences(COMMANDS, ['--kuberc=rc', ...line.split(' ')], place).argv.join(' ')).toBe(meant);
    expect(isAlias(COMMANDS, ['--kuberc=rc', ...line.split(' ')], place)).toBe(/getn|runx|dep /.test(line));
  });
});
