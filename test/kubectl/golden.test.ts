/** Our kubectl against the stand-in that real kubectl 1.33 was recorded over: it prints the same, ends with the same code and
 *  sends the same requests. The cases follow one another: each finds what those before it changed. */
import { expect, it } from 'vitest';
import { loneWorld } from '../../src/sim/lone-world.ts';
import { canonicalJson } from '../parity/canonical.ts';
import { withoutChance } from '../parity/cases.ts';
import { goldenCases } from './golden.ts';
import { goldenServer } from './golden-server.ts';
import { visible } from './protobuf-bytes.ts';
import { createRunner } from './run.ts';

const START = Date.parse('2026-11-20T15:44:05.993Z');
const lone = loneWorld({ startAtMs: START });
const server = goldenServer(lone.world);
const runner = createRunner(server, { lone, joined: true });

const configMap = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c1\ndata:\n  a: "${value}"\n`;
const FILES: Readonly<Record<string, string>> = {
  'd.yaml': configMap('1'),
  'd2.yaml': configMap('2'),
  '.kube/config':
    'apiVersion: v1\nkind: Config\ncurrent-context: m\nclusters:\n- name: m\n  cluster: {server: "http://127.0.0.1:8001"}\n' +
    'contexts:\n- name: m\n  context: {cluster: m, user: u}\nusers:\n- name: u\n  user: {}\n',
};
runner.files.makeDirectory('/root/.kube', { recursive: true });
for (const [path, text] of Object.entries(FILES)) runner.files.writeFile(`/root/${path}`, text);

/** Real kubectl itself crashed over this Pod, which has no securityContext, and printed its stack. */
const CRASHED = 'debug web-6d4b75cb6d-abcde --image=busybox -it';
/** A request without what a run gives by chance, the keys of its body in order. */
function plain(request: string): string {
  const [, head = request, body] = /^([\s\S]*?) \| body=([\s\S]*)$/.exec(request) ?? [];
  const url = head.replace(/timeoutSeconds=[345]\d\d/, 'timeoutSeconds=N');
  if (body === undefined) return url;
  if (head.includes('ct=application/vnd.kubernetes.protobuf')) return `${url} | ${visible(body)}`;
  // The recording cut long bodies off.
  return `${url} | ${/[}\]]$/.test(body) ? JSON.stringify(canonicalJson(JSON.parse(body))) : body}`;
}

/** What was cut off in the recording is cut off in ours. */
function cutAs(recorded: readonly string[], asked: readonly string[]): readonly string[] {
  return asked.map((request, at) => {
    const wanted = recorded[at] ?? '';
    return wanted !== '' && !/[}\]]$/.test(wanted) && request.startsWith(wanted) ? wanted : request;
  });
}

it.each(goldenCases().filter(({ command }) => command !== CRASHED))('$command', async ({ command, text, code, requests }) => {
  const patch = /^(patch .*) -p (.*)$/.exec(command);
  const result = await runner.run(patch === null ? command : [...patch[1]!.split(' '), '-p', patch[2]!]);
  const recorded = requests.map(plain);
  const asked = cutAs(recorded, server.take().map(plain));
  expect({ text: withoutChance(result.stdout), code: result.code, asked }).toEqual({ text: withoutChance(text), code, asked: recorded });
});
