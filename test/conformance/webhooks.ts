/** The webhook server of the conformance tests: agnhost behind a Service, with a certificate of its own. */
import { base64 } from '../../src/base/bytes.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { serverCertificates } from '../support/server-certificates.ts';
import { wholeCluster } from './whole-cluster.ts';
import type { WholeCluster } from './whole-cluster.ts';

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
export const NAMESPACE = 'webhook';
export const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
export type Side = 'mutating' | 'validating';

export interface ServerNames {
  readonly command: string;
  readonly service: string;
  readonly label: string;
  readonly servicePort: number;
  readonly containerPort: number;
}
export const ADMISSION_SERVER: ServerNames = {
  command: 'webhook',
  service: 'e2e-test-webhook',
  label: 'webhook',
  servicePort: 8443,
  containerPort: 8444,
};
export const CONVERSION_SERVER: ServerNames = {
  command: 'crd-conversion-webhook',
  service: 'e2e-test-crd-conversion-webhook',
  label: 'crd-webhook',
  servicePort: 9443,
  containerPort: 9444,
};

const certificatesOf = ({ service }: ServerNames) => serverCertificates(`${service}.${NAMESPACE}.svc`);

function manifestsOf(names: ServerNames): readonly object[] {
  const { command, service, label, servicePort, containerPort } = names;
  const { certificate, key } = certificatesOf(names);
  const labels = { app: `sample-${label}`, [label]: 'true' };
  const container = {
    name: `sample-${label}`,
    image: IMAGE,
    args: [
      command,
      '--tls-cert-file=/webhook.local.config/certificates/tls.crt',
      '--tls-private-key-file=/webhook.local.config/certificates/tls.key',
      '-v=4',
      `--port=${containerPort}`,
    ],
    ports: [{ containerPort }],
    readinessProbe: { httpGet: { scheme: 'HTTPS', port: containerPort, path: '/readyz' }, periodSeconds: 1, failureThreshold: 30 },
    volumeMounts: [{ name: 'webhook-certs', readOnly: true, mountPath: '/webhook.local.config/certificates' }],
  };
  const volumes = [{ name: 'webhook-certs', secret: { secretName: `${service}-secret` } }];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${service}-secret`, namespace: NAMESPACE },
      data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: service, namespace: NAMESPACE },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container], volumes } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace: NAMESPACE, labels: { test: label } },
      spec: { selector: { [label]: 'true' }, ports: [{ protocol: 'TCP', port: servicePort, targetPort: containerPort }] },
    },
  ];
}

/** How a server's caller finds it; `isTrusted` false leaves the authority out, so that every call fails. */
export function clientConfig(names: ServerNames, path: string, isTrusted = true): object {
  const service = { namespace: NAMESPACE, name: names.service, path, port: names.servicePort };
  return { service, ...(isTrusted && { caBundle: base64(certificatesOf(names).authority) }) };
}

export async function clusterWith(names: ServerNames): Promise<WholeCluster> {
  const cluster = await wholeCluster({
    'server.json': manifestsOf(names)
      .map((each) => JSON.stringify(each))
      .join('\n---\n'),
  });
  await cluster.run('kubectl apply -f server.json');
  await cluster.run(`kubectl rollout status -n ${NAMESPACE} deployment/${names.service} --timeout=120s && sleep 2`);
  return cluster;
}

export interface HookFields {
  readonly operations?: readonly string[];
  readonly groups?: readonly string[];
  readonly versions?: readonly string[];
  readonly resources: readonly string[];
  readonly path: string;
  readonly isTrusted?: boolean;
  readonly more?: object;
}

/** A webhook for objects of the namespaces that carry the test's label. */
export function hook(
  name: string,
  test: string,
  { operations = ['CREATE'], groups = [''], versions = ['v1'], resources, path, isTrusted = true, more = {} }: HookFields,
): object {
  return {
    name: `${name}.k8s.io`,
    rules: [{ operations, apiGroups: groups, apiVersions: versions, resources }],
    clientConfig: clientConfig(ADMISSION_SERVER, path, isTrusted),
    sideEffects: 'None',
    admissionReviewVersions: ['v1', 'v1beta1'],
    namespaceSelector: { matchLabels: { [test]: 'true' } },
    ...more,
  };
}

export const configuration = (side: Side, name: string, webhooks: readonly object[], labels?: object): KubeObject =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: side === 'mutating' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration',
    metadata: { name, ...(labels && { labels }) },
    webhooks,
  }) as KubeObject;
export const pathOf = (side: Side, name = ''): string => `${ADMISSION}/${side}webhookconfigurations${name === '' ? '' : `/${name}`}`;
