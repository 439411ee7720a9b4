/** etcdctl in etcd's container: reads the store as it is, so that a learner sees what stands there, encrypted or not.
 *  Differs from Kubernetes: values are JSON, as those of an API server with --storage-media-type=application/json are, and
 *  etcd asks for no client certificate. Upstream: etcd etcdctl/ctlv3/command/get_command.go */
import { base64, concat, fromBase64, utf8 } from '../base/bytes.ts';
import type { Etcd, KeyValue } from '../etcd/etcd.ts';
import type { Process, Program } from '../cri/process.ts';
import { ApiError } from '../api/errors.ts';
import { isEncrypted } from '../apiserver/encrypted-value.ts';

const VERSION = '3.5.21';
const ENDPOINT = '127.0.0.1:2379';
const MEMBER = { id: '8e9e05c52164694d', name: 'control-plane' };
/** Flags with a value, and those without. */
const VALUED = new Set(['endpoints', 'cacert', 'cert', 'key', 'w', 'write-out', 'limit']);
const SWITCHES = new Set(['prefix', 'from-key', 'keys-only', 'print-value-only', 'insecure-skip-tls-verify']);

interface Line {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** The first flag that it does not have. */
  readonly unknown: string | undefined;
}

function lineOf(argv: readonly string[]): Line {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const [, name = '', value] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === '') words.push(word);
    else if (value !== undefined || !VALUED.has(name)) flags.set(name, value ?? 'true');
    else flags.set(name, argv[(at += 1)] ?? '');
  }
  return { words, flags, unknown: [...flags.keys()].find((name) => !VALUED.has(name) && !SWITCHES.has(name)) };
}

/** The bytes of a value, as the API server put them there. */
function bytesOf({ value }: KeyValue): Uint8Array {
  if (!isEncrypted(value)) return utf8(`${JSON.stringify(value)}\n`);
  // "k8s:enc:aescbc:v1:key1:" is text; what follows is no text.
  const end = value.encrypted.lastIndexOf(':') + 1;
  return concat([utf8(value.encrypted.slice(0, end)), fromBase64(value.encrypted.slice(end)) ?? new Uint8Array()]);
}

const NEWLINE = utf8('\n');

function get(etcd: Etcd, { words, flags }: Line): Uint8Array {
  const [, key = '', rangeEnd] = words;
  const end = flags.has('from-key') ? '\u{10ffff}' : rangeEnd;
  const limit = Number(flags.get('limit') ?? 0);
  const one = etcd.get(key);
  const found = flags.has('prefix')
    ? etcd.range(key).kvs
    : end === undefined
      ? one
        ? [one]
        : []
      : etcd.range('').kvs.filter((kv) => kv.key >= key && kv.key < end);
  const kvs = limit > 0 ? found.slice(0, limit) : found;
  const onlyKeys = flags.has('keys-only');
  if ((flags.get('w') ?? flags.get('write-out')) === 'json') {
    const shown = kvs.map((kv) => ({
      key: base64(kv.key),
      create_revision: kv.createRevision,
      mod_revision: kv.modRevision,
      ...(!onlyKeys && { value: base64(bytesOf(kv)) }),
    }));
    return utf8(`${JSON.stringify({ header: { revision: etcd.revision }, ...(kvs.length > 0 && { kvs: shown, count: found.length }) })}\n`);
  }
  return concat(
    kvs.flatMap((kv) => [
      ...(flags.has('print-value-only') ? [] : [utf8(`${kv.key}\n`)]),
      ...(onlyKeys ? [NEWLINE] : [bytesOf(kv), NEWLINE]),
    ]),
  );
}

const COMMANDS: Readonly<Record<string, (etcd: Etcd, line: Line) => Uint8Array>> = {
  get,
  'member list': () => utf8(`${MEMBER.id}, started, ${MEMBER.name}, https://${ENDPOINT}, https://${ENDPOINT}, false\n`),
  'endpoint health': () => utf8(`${ENDPOINT} is healthy: successfully committed proposal: took = 1.2ms\n`),
  version: () => utf8(`etcdctl version: ${VERSION}\nAPI version: 3.5\n`),
};

/** Throws ApiError while etcd is down. */
const assertServes = (etcd: Etcd): number => etcd.revision;

async function answer(process: Process, etcd: Etcd): Promise<number> {
  const line = lineOf(process.argv);
  if (line.unknown !== undefined) {
    await process.stderr.write(`Error: unknown flag: --${line.unknown}\n`);
    return 1;
  }
  const [first = '', second = ''] = line.words;
  const command = COMMANDS[`${first} ${second}`] ?? (Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined);
  if (command === undefined) {
    await process.stderr.write(`Error: unknown command "${first}" for "etcdctl". There are: ${Object.keys(COMMANDS).join(', ')}\n`);
    return 1;
  }
  if (first === 'get' && second === '') {
    await process.stderr.write('Error: get command needs one argument as key and an optional argument as range_end\n');
    return 128;
  }
  if (first !== 'version') assertServes(etcd);
  await process.stdout.write(command(etcd, line));
  return 0;
}

export function etcdctlProgram(etcd: Etcd): Program {
  return async (process) => {
    try {
      return await answer(process, etcd);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await process.stderr.write('Error: context deadline exceeded\n');
      return 1;
    }
  };
}
