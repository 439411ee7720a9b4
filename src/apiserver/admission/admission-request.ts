/** A request as webhooks and policies see it.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/request/admissionreview.go */
import type { AdmissionAttributes } from '../admission.ts';

/** Connections have none: what they are asked to do is their object. */
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined } as const;

/** `object` and `oldObject` are left out: policies have them beside it. */
export function admissionRequest(attributes: AdmissionAttributes, uid: string): Readonly<Record<string, unknown>> {
  const { resource, subresource, operation, namespace, name, user, dryRun } = attributes;
  const { group, version, kind, plural } = resource;
  const of = { kind: { group, version, kind }, resource: { group, version, resource: plural } };
  return {
    uid,
    ...of,
    ...(subresource !== '' && { subResource: subresource, requestSubResource: subresource }),
    requestKind: of.kind,
    requestResource: of.resource,
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
    dryRun,
    options: OPTIONS[operation] === undefined ? null : { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1' },
  };
}
