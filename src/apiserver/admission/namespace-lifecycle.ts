/** Nothing is made in a namespace that is missing or going away, and the first namespaces stay.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go */
import { notFound } from '../../api/errors.ts';
import { Namespaces } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
const isNamespace = ({ resource }: AdmissionAttributes): boolean => resource.group === '' && resource.kind === 'Namespace';

function checkNamespace(attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const { operation, namespace } = attributes;
  const found = reader.get(Namespaces, '', namespace);
  if (!found) throw notFound(Namespaces, namespace);
  if (operation !== 'CREATE') return;
  if (found.status?.phase !== 'Terminating' && !found.metadata?.deletionTimestamp) return;
  throw refused(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ]);
}

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: (attributes) => attributes.operation !== 'CONNECT' && (attributes.namespace !== '' || isNamespace(attributes)),
  admit(object, attributes, reader) {
    const { operation, resource, namespace } = attributes;
    if (operation === 'DELETE' || isNamespace(attributes) || namespace === '') return object;
    if (resource.plural !== 'localsubjectaccessreviews') checkNamespace(attributes, reader);
    return object;
  },
  validate(attributes) {
    if (attributes.operation === 'DELETE' && isNamespace(attributes) && IMMORTAL.has(attributes.name)) {
      throw refused(attributes, 'this namespace may not be deleted');
    }
  },
};
