/** What the server warns of, as kubectl tells it. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

const version = (name: string, more: string): string => `  - name: ${name}
    served: true
    schema: {openAPIV3Schema: {type: object}}
    ${more}
`;
const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: teas.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: teas, singular: tea, kind: Tea}
  versions:
${version('v1alpha1', 'deprecated: true\n    storage: false')}${version('v1beta1', 'deprecated: true\n    deprecationWarning: drink v1\n    storage: false')}${version('v1', 'storage: true')}`;

it('warns who reads what is deprecated', async () => {
  const { result, run, sandbox } = await openPlayer({ 'crd.yaml': CRD });
  const warning = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n';
  expect(await result('kubectl get endpoints kubernetes -o name')).toMatchObject({ stdout: 'endpoints/kubernetes\n', stderr: warning });
  const strict = await result('kubectl get ep,componentstatuses -o name --warnings-as-errors');
  expect(strict.stderr).toBe(`${warning}Warning: v1 ComponentStatus is deprecated in v1.19+\nerror: 2 warnings received\n`);
  expect(strict.exitCode).toBe(1);
  await run('kubectl apply -f crd.yaml && kubectl wait --for=condition=Established crd/teas.example.com');
  const first = await result('kubectl get teas.v1alpha1.example.com');
  expect(first.stderr).toBe(
    'Warning: example.com/v1alpha1 Tea is deprecated; use example.com/v1 Tea\nNo resources found in default namespace.\n',
  );
  expect((await result('kubectl get teas.v1beta1.example.com nothing')).stderr).toBe(
    'Warning: drink v1\nError from server (NotFound): teas.example.com "nothing" not found\n',
  );
  expect((await result('kubectl get teas')).stderr).toBe('No resources found in default namespace.\n');
  await sandbox.close();
});

it('tells that an object was patched whose last finalizer went', async () => {
  const { run, result, sandbox } = await openPlayer();
  await run('kubectl create configmap pot && kubectl patch cm pot -p \'{"metadata":{"finalizers":["example.com/wait"]}}\'');
  await run('kubectl delete cm pot --wait=false');
  expect(await run('kubectl patch cm pot --type=json -p \'[{"op":"remove","path":"/metadata/finalizers"}]\'')).toBe('configmap/pot patched\n');
  expect((await result('kubectl get cm pot')).stderr).toBe('Error from server (NotFound): configmaps "pot" not found\n');
  await sandbox.close();
});
