/** What a learner does to guard a cluster: a webhook that a Pod serves, a policy, a custom resource with rules. */
import { expect, it } from 'vitest';
import { base64 } from '../../src/base/bytes.ts';
import { serverCertificates } from '../support/server-certificates.ts';
import { openPlayer } from './play.ts';

const CERTIFICATES = serverCertificates('hook.default.svc');

const WEBHOOK = `
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: {name: hook}
data: {tls.crt: ${base64(CERTIFICATES.certificate)}, tls.key: ${base64(CERTIFICATES.key)}}
---
apiVersion: v1
kind: Pod
metadata: {name: hook, labels: {app: hook}}
spec:
  containers:
  - {name: hook, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [webhook, --port=8443, --tls-cert-file=/certs/tls.crt, --tls-private-key-file=/certs/tls.key], volumeMounts: [{name: certs, mountPath: /certs}], ports: [{containerPort: 8443}], readinessProbe: {httpGet: {scheme: HTTPS, path: /readyz, port: 8443}}}
  volumes: [{name: certs, secret: {secretName: hook}}]
---
apiVersion: v1
kind: Service
metadata: {name: hook}
spec: {selector: {app: hook}, ports: [{port: 443, targetPort: 8443}]}
`;
const hook = (kind: string, path: string, authority = CERTIFICATES.authority): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: ${kind.toLowerCase()}-hook}
webhooks:
- name: check.example.com
  clientConfig: {service: {namespace: default, name: hook, path: ${path}}, caBundle: ${base64(authority)}}
  rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
  namespaceSelector: {matchLabels: {guarded: 'yes'}}
  sideEffects: None
  admissionReviewVersions: [v1]
  timeoutSeconds: 5
`;
const POLICY = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
  validations: [{expression: object.spec.replicas <= 5}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few-here}
spec: {policyName: few, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {guarded: 'yes'}}}}
`;
const SHIRTS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shirts.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shirts, kind: Shirt, shortNames: [st]}
  versions:
  - name: v1
    served: true
    storage: true
    selectableFields: [{jsonPath: .spec.color}]
    additionalPrinterColumns: [{name: Color, type: string, jsonPath: .spec.color}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What it looks like.
            properties: {color: {type: string}, size: {type: integer, default: 3}}
            x-kubernetes-validations: [{rule: self.size < 10, message: too large}]
`;
const shirt = (name: string, size: number): string => `apiVersion: example.com/v1
kind: Shirt
metadata: {name: ${name}}
spec: {color: blue, size: ${size}}
`;

it('webhooks of Pods, policies and rules guard the cluster', async () => {
  const files = {
    'webhook.yaml': WEBHOOK,
    'validating.yaml': hook('Validating', '/configmaps'),
    'mutating.yaml': hook('Mutating', '/mutating-configmaps'),
    'stranger.yaml': hook('Validating', '/configmaps', serverCertificates('hook.default.svc', 'another').authority),
    'policy.yaml': POLICY,
    'crd.yaml': SHIRTS,
    'shirt.yaml': shirt('ok', 4),
    'large.yaml': shirt('large', 12),
  };
  const { run, result, value } = await openPlayer(files);
  await run('kubectl create namespace safe && kubectl label namespace safe guarded=yes');
  await run('kubectl apply -f webhook.yaml && kubectl wait --for=condition=Ready pod/hook --timeout=60s && sleep 2');
  await run('kubectl apply -f validating.yaml -f mutating.yaml -f policy.yaml -f crd.yaml');
  await run('kubectl wait --for=condition=Established crd/shirts.example.com');
  const denied = await result('kubectl create configmap bad -n safe --from-literal=webhook-e2e-test=webhook-disallow');
  expect([denied.exitCode, denied.stderr.trim()]).toEqual([
    1,
    'error: failed to create configmap: admission webhook "check.example.com" denied the request: the configmap contains unwanted key and value',
  ]);
  await run('kubectl create configmap bad --from-literal=webhook-e2e-test=webhook-disallow');
  await run('kubectl create configmap good -n safe --from-literal=mutation-start=yes');
  expect(await value('configmap good -n safe', '{.data.mutation-stage-1}')).toBe('yes');
  const many = await result('kubectl create deployment web --image=nginx --replicas=6 -n safe');
  expect([many.exitCode, many.stderr]).toEqual([
    1,
    expect.stringContaining(
      "is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few-here' denied request: failed expression: object.spec.replicas <= 5",
    ),
  ]);
  await run('kubectl apply -f shirt.yaml');
  expect(await run('kubectl get st --field-selector spec.color=blue --no-headers')).toBe('ok    blue\n');
  const large = await result('kubectl apply -f large.yaml');
  expect(large.stderr).toBe('The Shirt "large" is invalid: spec: Invalid value: "object": too large\n');
  expect(await run('kubectl explain shirt.spec')).toContain('What it looks like.');
  await run('kubectl apply -f stranger.yaml');
  const stranger = await result('kubectl create configmap strange -n safe');
  expect(stranger.stderr).toContain(
    'failed calling webhook "check.example.com": failed to call webhook: Post "https://hook.default.svc:443/configmaps?timeout=5s": ' +
      'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" ' +
      'while trying to verify candidate authority certificate "e2e-server-cert-ca")',
  );
  expect(await run('kubectl logs hook')).toMatch(/http: TLS handshake error from [\d.]+:\d+: remote error: tls: bad certificate/);
  await run('kubectl apply -f validating.yaml');
  await run('kubectl delete pod hook --now');
  const closed = await result('kubectl create configmap later -n safe');
  expect(closed.stderr).toContain(
    'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://hook.default.svc:443/',
  );
});
