import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../../src/cli/arguments.ts';
import { ADDON_FLAG, ENCRYPT_FLAG, profileOf } from '../../src/cli/serve.ts';
import { startState } from '../../src/lesson/start-state.ts';

const FLAGS = [ADDON_FLAG, ENCRYPT_FLAG, { name: 'nodes', kind: 'number', help: '' }, { name: 'seed', kind: 'text', help: '' }] as const;
const profile = (...argv: readonly string[]): unknown => {
  const { addons, nodes, seed } = profileOf(parseArguments(argv, FLAGS));
  return { addons, nodes, seed };
};

describe('--addon', () => {
  it.each([
    [[], undefined],
    [['--addon', 'gateway-api'], ['gateway-api']],
    [
      ['--addon=gateway-api', '--addon', 'metrics-server'],
      ['gateway-api', 'metrics-server'],
    ],
  ])('%j', (argv, addons) => {
    expect(profile(...argv)).toEqual({ addons, nodes: 3, seed: '1' });
  });
  it('lists what there is where it does not know a name', () => {
    expect(() => profile('--addon', 'gateway-api', '--addon', 'istio')).toThrow(
      new UsageError('There is no add-on "istio"; there are: gateway-api, ingress-nginx, local-path-storage, metrics-server.'),
    );
  });
});

it('--encrypt-secrets, and a lesson that wants it', () => {
  const asked = (...argv: readonly string[]): unknown => profileOf(parseArguments(argv, FLAGS)).encryptSecrets;
  expect([asked(), asked('--encrypt-secrets')]).toEqual([undefined, true]);
  const start = (line: string): unknown => startState(`kind: Sandbox\n${line}\n`).encryptSecrets;
  expect([start('encryptSecrets: true'), start('encryptSecrets: "yes"')]).toEqual([true, undefined]);
});

it.each([
  ['addons: [gateway-api]', ['gateway-api']],
  ['addons: [__proto__, 7, gateway-api]', ['gateway-api']],
  ['addons: gateway-api', undefined],
  ['nodes: 1', undefined],
])('a lesson’s start with %j', (line, addons) => {
  expect(startState(`kind: Sandbox\n${line}\n`).addons).toEqual(addons);
});
