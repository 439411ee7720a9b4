/** yq over YAML: paths, order, documents, JSON, files in place, and its words for what is wrong. */
import { describe, expect, it } from 'vitest';
import { createHost } from '../../src/cri/host.ts';
import { bytesInput, callbackOutput } from '../../src/cri/streams.ts';
import { hostToolbox } from '../../src/images/toolboxes.ts';
import { createNodeNetwork } from '../../src/network/node-network.ts';
import { asJq, yqProgram } from '../../src/shell/yq-program.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

const POT =
  'kind: Pot\nmetadata:\n  name: green\n  labels:\n    tea-house: old\n    old: "2"\nspec:\n  cups:\n    - size: 1\n      full: true\n    - size: 2\n';

async function yq(script: string, stdin = POT): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const lone = loneWorld({});
  let [out, err] = ['', ''];
  const decode = (data: Uint8Array | string): string => new TextDecoder().decode(data as Uint8Array);
  const host = createHost({
    world: lone.world,
    hostname: 'host',
    net: createNodeNetwork({ world: lone.world, nodeName: 'machine', address: '192.168.0.1' }).host,
    toolbox: hostToolbox,
    programs: { '/usr/local/bin/yq': yqProgram() },
    stdout: callbackOutput((data) => {
      out += decode(data);
    }),
    stderr: callbackOutput((data) => {
      err += decode(data);
    }),
  });
  host.files.writeFile('/root/pot.yaml', POT);
  const child = host.root.spawnChild(['bash', '-c', script], { stdin: bytesInput(stdin) });
  return { code: await lone.drive(child.wait()), out, err };
}

describe('yq', () => {
  it.each([
    ["yq '.metadata.name'", 'green\n'],
    ['yq .spec.cups[].size', '1\n2\n'],
    ["yq '.metadata.labels'", 'tea-house: old\nold: "2"\n'],
    ["yq '.metadata.labels.tea-house'", 'old\n'],
    ["yq '.spec'", 'cups:\n  - size: 1\n    full: true\n  - size: 2\n'],
    ["yq -o json '.spec.cups[0]'", '{\n  "size": 1,\n  "full": true\n}\n'],
    ["yq eval '.spec.cups | length' pot.yaml", '2\n'],
    ["N=3 yq -n '.a.b = env(N) | .c = strenv(N)'", 'a:\n  b: 3\nc: "3"\n'],
    ["yq -i '.spec.cups[1].size = 5' pot.yaml && yq '.spec.cups[1].size' pot.yaml", '5\n'],
    ['yq e .kind pot.yaml -', 'Pot\n---\nPot\n'],
    ['yq pot.yaml', POT],
    ["yq '.nothing'", 'null\n'],
  ])('%s', async (script, out) => {
    expect(await yq(script)).toEqual({ code: 0, out, err: '' });
  });

  it('says what is wrong', async () => {
    expect(await yq('yq .a missing.yaml')).toMatchObject({ code: 1, err: 'Error: open /root/missing.yaml: no such file or directory\n' });
    expect(await yq('yq .a', 'a: [1')).toMatchObject({ code: 1, err: expect.stringMatching(/^Error: bad file '-': yaml: /) });
    expect(await yq("yq '.a |'")).toMatchObject({ code: 1, err: expect.stringMatching(/^Error: 1:1: invalid input text ".a \|": /) });
    expect(await yq("yq -e '.nothing'")).toMatchObject({ code: 1, out: 'null\n' });
  });

  it('leaves quoted words alone', () => {
    expect(asJq('.a-b | select(. == "x.y-z")')).toBe('."a-b" | select(. == "x.y-z")');
  });
});
