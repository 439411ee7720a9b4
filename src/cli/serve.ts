/** `tabernetes serve`: a cluster with the Kubernetes API over HTTP, for real kubectl. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { openCluster } from '../cluster/open.ts';
import { keySourceOf } from '../cluster/key-source.ts';
import { makeAuthority } from '../cluster/root-ca.ts';
import { makeProfile } from '../cluster/profile.ts';
import { parseJournal, writeJournal } from '../sim/journal-text.ts';
import type { Profile } from '../sandbox/sandbox.ts';
import { serveHttp } from '../wire/http-server.ts';
import { makeCertificates } from '../wire/certificates.ts';
import { kubeconfig } from '../wire/kubeconfig.ts';
import type { Credentials } from '../wire/kubeconfig.ts';
import { clockNotice } from './clock-notice.ts';
import { describeFlags, parseArguments, UsageError } from './arguments.ts';
import type { FlagSpec, Parsed } from './arguments.ts';
import { ADDON_NAMES } from '../api/addon-names.ts';
import type { CliCommand } from './command.ts';

export const ADDON_FLAG: FlagSpec = {
  name: 'addon', kind: 'text', value: 'NAME', help: `start with this add-on; may be given several times (there are: ${ADDON_NAMES.join(', ')})`,
};

export const ENCRYPT_FLAG: FlagSpec = { name: 'encrypt-secrets', kind: 'switch', help: 'encrypt Secrets in etcd, as --encryption-provider-config does' };

const FLAGS: readonly FlagSpec[] = [
  { name: 'port', kind: 'number', help: 'where to listen (default 8080; 0 takes a free one)' },
  { name: 'tls', kind: 'switch', help: 'serve HTTPS with certificates made at the start; write them into --kubeconfig' },
  { name: 'token', kind: 'text', help: 'whoever brings this token is the administrator (implies --tls)' },
  { name: 'nodes', kind: 'number', help: 'schedulable worker nodes (default 3)' },
  { name: 'speed', kind: 'number', help: 'cluster time per wall time, 1/64 to 256 (default 1); at another speed than 1, ages that kubectl works out by its own clock are wrong' },
  { name: 'seed', kind: 'text', help: 'the seed of everything that is drawn (default 1)' },
  ADDON_FLAG,
  ENCRYPT_FLAG,
  { name: 'kubeconfig', kind: 'text', value: 'FILE', help: 'write a kubeconfig there' },
  { name: 'journal', kind: 'text', value: 'FILE', help: 'go on from this journal, and save it there at the end' },
];

/** About what a new cluster takes to come up, in cluster time. */
const BOOT_MS = 20_000;

async function start(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, FLAGS);
  const speed = args.number('speed') ?? 1;
  if (speed < 1 / 64 || speed > 256) throw new UsageError('--speed goes from 0.015625 (1/64) to 256');
  const isTls = args.on('tls') || args.text('token') !== undefined;
  const file = args.text('journal');
  const saved = file !== undefined && existsSync(file) ? parseJournal(readFileSync(file, 'utf8')) : undefined;
  // Real clients print ages by their own clock: the cluster's must be near it.
  const profile = saved ? (saved.profile as Profile) : {
    ...profileOf(args), startAtMs: Date.now() - BOOT_MS, ...(isTls && { keySeed: randomBytes(32).toString('hex') }),
  };
  const sandbox = await openCluster({ profile, journal: saved?.entries, untilMicros: saved?.endMicros, playing: true, speed });
  const credentials = await credentialsOf(profile, args.on('tls'), args.text('token'));
  const server = await serveHttp(sandbox.api, { port: args.number('port') ?? 8080, ...credentials });
  const address = server.address();
  const url = `${credentials.certificates ? 'https' : 'http'}://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`;
  const config = args.text('kubeconfig');
  if (config !== undefined) writeFileSync(config, kubeconfig(url, credentials), { mode: 0o600 });
  process.stdout.write(`Tabernetes serves the Kubernetes API at ${url}${config === undefined ? '' : ` (KUBECONFIG=${config})`}\n`);
  const notice = clockNotice(speed, sandbox.time.state.nowMs - Date.now());
  if (notice !== undefined) process.stderr.write(`${notice}\n`);
  await untilInterrupted();
  server.closeAllConnections();
  server.close();
  if (file !== undefined) writeFileSync(file, writeJournal(await sandbox.journal()));
  await sandbox.close();
  return 0;
}

/** A token travels over TLS only: kubectl sends none over plain HTTP. */
async function credentialsOf(profile: Profile, isTls: boolean, token: string | undefined): Promise<Credentials> {
  if (token === '') throw new UsageError('--token needs a text that is not empty');
  if (!isTls && token === undefined) return {};
  const certificates = await makeCertificates(['127.0.0.1', '::1', 'localhost'], Date.now());
  // Keys that come from a seed which others may know open no doors.
  const clientAuthority = profile.keySeed === undefined ? undefined : makeAuthority(keySourceOf(profile)).certificate;
  return { certificates: { ...certificates, ...(clientAuthority !== undefined && { clientAuthority }) }, ...(token !== undefined && { token }) };
}

/** --nodes, --seed, --addon and --encrypt-secrets. */
export function profileOf(args: Parsed): Profile {
  const [nodes, seed, addons] = [args.number('nodes'), args.text('seed'), args.all('addon')];
  try {
    return makeProfile({
      ...(nodes !== undefined && { nodes }), ...(seed !== undefined && { seed }),
      ...(addons.length > 0 && { addons }), ...(args.on('encrypt-secrets') && { encryptSecrets: true }),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

export const serve: CliCommand = {
  name: 'serve', usage: 'serve [FLAGS]', summary: 'Runs a cluster that real kubectl can talk to.',
  details: () => describeFlags(FLAGS), run: start,
};
