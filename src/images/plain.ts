/** Images without a server: pause, busybox, alpine, debian, ubuntu, centos, bash, curl. */
import type { Process, Program } from '../cri/process.ts';
import { shellProgram } from '../sh/main.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { anyTag, versionTags } from './tags.ts';
import { untilStopped } from './web.ts';

const pause: Program = async process => {
  process.useMemory(500_000);
  await untilStopped(process, ['SIGTERM', 'SIGINT']);
  return 0;
};

export const PAUSE: Catalogued = {
  names: ['registry.k8s.io/pause', 'k8s.gcr.io/pause', 'gcr.io/google_containers/pause', 'docker.io/kubernetes/pause', 'registry.k8s.io/e2e-test-images/pause',
    'docker.io/rancher/pause', 'gcr.io/google_containers/pause-amd64'],
  hasTag: versionTags({ majors: { 0: [8, 8], 1: [0, 0], 2: [0, 0], 3: [0, 10] }, words: ['go'] }), sizeBytes: 320_000, entrypoint: ['/pause'], cmd: [],
    programs: { '/pause': pause }, toolbox: 'none', user: '65535:65535',
};

export const oldNslookupProgram: Program = async process => {
  const { oldNslookup } = await process.world.external(import('../sh/tools/nslookup.ts'));
  return oldNslookup(process);
};

export const BUSYBOX: Catalogued = {
  names: ['docker.io/library/busybox', 'registry.k8s.io/busybox', 'k8s.gcr.io/busybox', 'gcr.io/google_containers/busybox', 'gcr.io/google-containers/busybox',
    'public.ecr.aws/docker/library/busybox', 'registry.k8s.io/e2e-test-images/busybox', 'mirror.gcr.io/library/busybox', 'quay.io/prometheus/busybox'],
  hasTag: versionTags({ majors: { 1: [20, 38] }, words: ['stable', 'unstable', 'curl', 'git'], suffixes: ['glibc', 'musl', 'uclibc', 'ubuntu', 'buildroot', 'linux', 'amd64'] }),
  sizeBytes: 2_223_685, entrypoint: [], cmd: ['sh'], programs: {}, toolbox: 'busybox',
  // Guides ask for these versions because of their nslookup.
  forTag: tag => (/^1\.2[0-8](?:[.-]|$)/.test(tag) ? { programs: { '/bin/nslookup': oldNslookupProgram } } : {}),
};

export const ALPINE: Catalogued = {
  names: ['docker.io/library/alpine', 'public.ecr.aws/docker/library/alpine', 'mirror.gcr.io/library/alpine', 'registry.k8s.io/e2e-test-images/alpine'],
  hasTag: versionTags({ majors: { 2: [6, 7], 3: [1, 23], 20240101: [0, 0] }, words: ['edge'] }), sizeBytes: 3_802_452, entrypoint: [], cmd: ['/bin/sh'], programs: {}, toolbox: 'alpine',
};

export const DEBIAN: Catalogued = {
  names: ['docker.io/library/debian', 'public.ecr.aws/docker/library/debian', 'mirror.gcr.io/library/debian', 'docker.io/bitnami/minideb'],
  hasTag: versionTags({ majors: { 7: [0, 11], 8: [0, 11], 9: [0, 13], 10: [0, 13], 11: [0, 11], 12: [0, 12], 13: [0, 4] },
    words: ['stable', 'testing', 'unstable', 'sid', 'jessie', 'wheezy', 'oldstable'], suffixes: ['slim', 'backports', 'bookworm', 'bullseye', 'buster', 'stretch', 'trixie'] }),
  sizeBytes: 48_480_000, entrypoint: [], cmd: ['bash'], programs: {}, toolbox: 'debian',
};

export const UBUNTU: Catalogued = {
  names: ['docker.io/library/ubuntu', 'public.ecr.aws/docker/library/ubuntu', 'public.ecr.aws/ubuntu/ubuntu', 'mirror.gcr.io/library/ubuntu'],
  hasTag: versionTags({ majors: { 12: [4, 10], 14: [4, 10], 16: [4, 10], 18: [4, 10], 20: [4, 10], 22: [4, 10], 24: [4, 10], 25: [4, 10], 26: [4, 4] },
    words: ['rolling', 'devel', 'trusty', 'xenial', 'bionic', 'focal', 'jammy', 'noble', 'plucky'] }),
  sizeBytes: 29_720_000, entrypoint: [], cmd: ['/bin/bash'], programs: {}, toolbox: 'debian',
  files: { '/etc/os-release': 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.3 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n' },
};

export const CENTOS: Catalogued = {
  names: ['docker.io/library/centos', 'quay.io/centos/centos', 'docker.io/library/fedora', 'docker.io/library/rockylinux', 'docker.io/library/almalinux',
    'docker.io/library/amazonlinux', 'docker.io/library/oraclelinux', 'registry.access.redhat.com/ubi8/ubi', 'registry.access.redhat.com/ubi9/ubi',
    'registry.access.redhat.com/ubi8/ubi-minimal', 'docker.io/library/archlinux'],
  hasTag: anyTag, sizeBytes: 83 * MB, entrypoint: [], cmd: ['/bin/bash'], programs: {}, toolbox: 'debian',
};

export const BASH: Catalogued = {
  names: ['docker.io/library/bash'], hasTag: versionTags({ majors: { 3: [0, 2], 4: [0, 4], 5: [0, 3] }, words: ['devel'], suffixes: ['alpine'] }), sizeBytes: 6 * MB,
    entrypoint: ['docker-entrypoint.sh'], cmd: ['bash'], toolbox: 'alpine',
  programs: { '/usr/local/bin/docker-entrypoint.sh': runArguments, '/usr/local/bin/bash': shellProgram('bash') },
};

/** docker-entrypoint.sh: becomes what it is given, `exec "$@"`. */
export async function runArguments(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  const code = await process.exec(args);
  if (code === 127) await process.stderr.write(`${process.argv[0]}: exec: line 47: ${args[0]}: not found\n`);
  return code;
}
