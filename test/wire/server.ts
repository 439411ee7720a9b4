/** A cluster in this thread behind the HTTP server, playing at 16 times the wall's speed, with three Pods of a Deployment. */
import type { AddressInfo } from 'node:net';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { ClusterCertificates } from '../../src/wire/certificates.ts';
import { serveHttp } from '../../src/wire/http-server.ts';

export interface Served { readonly sandbox: Sandbox; readonly url: string; readonly port: number; close(): Promise<void> }

export interface ServedOptions { readonly certificates?: ClusterCertificates; readonly addons?: readonly string[] }

export async function serveCluster({ addons = [], ...options }: ServedOptions = {}): Promise<Served> {
  const sandbox = await openCluster({ profile: { ...makeProfile({ nodes: 2, addons }), startAtMs: Date.now() - 20_000 }, playing: true, speed: 16 });
  const server = await serveHttp(sandbox.api, { port: 0, ...options });
  const { port } = server.address() as AddressInfo;
  return {
    sandbox, port, url: `${options.certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await sandbox.close();
    },
  };
}

export const SITE = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'site' },
  spec: {
    replicas: 3, selector: { matchLabels: { app: 'site' } },
    template: { metadata: { labels: { app: 'site' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
};
