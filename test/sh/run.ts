/** Runs a script in a container of its own and gives what it printed. */
import { createHost } from '../../src/cri/host.ts';
import { callbackOutput, bytesInput } from '../../src/cri/streams.ts';
import { createNodeNetwork } from '../../src/network/node-network.ts';
import { imageStore } from '../../src/images/store.ts';
import { hostToolbox } from '../../src/images/toolboxes.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

export interface Ran { readonly code: number; readonly out: string; readonly err: string; readonly tookMs: number }

export async function runScript(script: string, options: { readonly kind?: 'bash' | 'dash' | 'busybox'; readonly stdin?: string; readonly limitMs?: number; readonly files?: Readonly<Record<string, string>> } = {}): Promise<Ran> {
  const lone = loneWorld({});
  const network = createNodeNetwork({ world: lone.world, nodeName: 'machine', address: '192.168.0.1' });
  let out = '';
  let err = '';
  const kind = options.kind ?? 'bash';
  const host = createHost({
    world: lone.world, hostname: 'host', net: network.host, toolbox: kind === 'busybox' ? imageStore.toolbox('busybox') : hostToolbox, programs: {},
    stdout: callbackOutput(data => { out += new TextDecoder().decode(data); }), stderr: callbackOutput(data => { err += new TextDecoder().decode(data); }),
    onMistake: (argv, error) => { throw new Error(`${argv.join(' ')}: ${String((error as Error).stack)}`); },
  });
  for (const [path, text] of Object.entries(options.files ?? {})) host.files.writeFile(path, text);
  const startedAt = lone.world.clock.now();
  const child = host.root.spawnChild([kind === 'bash' ? 'bash' : 'sh', '-c', script], options.stdin === undefined ? {} : { stdin: bytesInput(options.stdin) });
  const code = await lone.drive(child.wait(), options.limitMs ?? 600_000);
  return { code, out, err, tookMs: lone.world.clock.now() - startedAt };
}
