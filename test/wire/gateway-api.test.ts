/** Real kubectl, the oldest and the newest that this machine has, with an add-on of custom resources. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedAt } from '../../src/addons/catalogue.ts';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { realKubectls, runKubectl } from './kubectls.ts';
import { serveCluster } from './server.ts';
import type { Served } from './server.ts';

const KUBECTLS = realKubectls();
const ENDS = KUBECTLS.filter((_, i) => i === 0 || i === KUBECTLS.length - 1);
const INSTALL = 'https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.3.0/standard-install.yaml';

const route = (name: string, path: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec: {parentRefs: [{name: front}], hostnames: [a.example.com], rules: [{matches: [{path: {value: ${path}}}], backendRefs: [{name: web, port: 80}]}]}
`;

describe.skipIf(ENDS.length === 0)('Gateway API', () => {
  let served: Served;
  let home: string;

  beforeAll(async () => {
    served = await serveCluster({ addons: ['gateway-api'] });
    home = mkdtempSync(join(tmpdir(), 'tabernetes-'));
    writeFileSync(join(home, 'config'), kubeconfig(served.url));
    writeFileSync(join(home, 'install.yaml'), publishedAt(INSTALL, 'file') ?? '');
  });

  afterAll(async () => {
    await served.close();
    rmSync(home, { recursive: true });
  });

  it.each(ENDS)('$version', async ({ path, minor }) => {
    const kubectl = (args: readonly string[], input?: string) => runKubectl(path, home, args, input);
    const name = `web-${minor}`;
    const applied = await kubectl(['apply', '-f', join(home, 'install.yaml')]);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout.match(/^customresourcedefinition\S+\.gateway\.networking\.k8s\.io unchanged$/gm)).toHaveLength(5);
    expect((await kubectl(['explain', 'httproute.spec.rules.backendRefs.weight'])).stdout).toMatch(/The share of requests, in proportion/);
    expect(await kubectl(['apply', '-f', '-'], route(name, 'shop'))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `The HTTPRoute "${name}" is invalid: spec.rules[0].matches[0].path: Invalid value: "object": ` +
        "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']\n",
    });
    expect(await kubectl(['apply', '-f', '-'], route(name, '/shop'))).toMatchObject({ code: 0, stderr: '' });
    expect((await kubectl(['get', 'httproutes', name])).stdout).toMatch(/^NAME +HOSTNAMES +AGE\nweb-\d+ +\["a\.example\.com"\] +\d+s\n$/);
    expect((await kubectl(['get', 'httproutes', name, '-o', 'jsonpath={.spec.rules[0].backendRefs[0].weight}'])).stdout).toBe('1');
  });
});
