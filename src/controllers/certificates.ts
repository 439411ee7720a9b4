/** Certificate signing requests: those of kubelets are approved by themselves, approved ones are signed, and old ones go.
 *  Upstream: pkg/controller/certificates/{approver/sarapprove.go,signer/signer.go,cleaner/cleaner.go} */
import { base64, fromBase64, fromUtf8 } from '../base/bytes.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import { parseTime } from '../base/time.ts';
import { isReason } from '../api/errors.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition, SubjectAccessReview } from '../api/generated/types.ts';
import { CertificateSigningRequests, SubjectAccessReviews } from '../api/resources.ts';
import type { Controller, ControllerContext, ControllerFactory, Requeue } from '../client/controller.ts';
import type { CertificateAuthority } from './certificate-signer.ts';
import { isOurs, kubeletClientFault, requestOf, sign, signerFault, SIGNERS } from './certificate-signer.ts';

type Csr = CertificateSigningRequest;

const conditionOf = ({ status }: Csr, type: string): CertificateSigningRequestCondition | undefined =>
  status?.conditions?.find((each) => each.type === type && each.status === 'True');
const withCondition = (csr: Csr, type: string, reason: string, message: string): Csr => ({
  ...csr,
  status: { ...csr.status, conditions: [...(csr.status?.conditions ?? []), { type, status: 'True', reason, message }] },
});
const isDecided = (csr: Csr): boolean => conditionOf(csr, 'Approved') !== undefined || conditionOf(csr, 'Denied') !== undefined;

/** Another was quicker: it will be looked at again. */
async function unlessOvertaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound')) throw error;
  }
}

/** Who asks for the certificate of a node may have it where RBAC says so, in words of its own for the node itself. */
const RECOGNIZED = [
  { subresource: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.', isSelf: true },
  { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.', isSelf: false },
] as const;

export function createCsrApprover(context: ControllerContext): Controller {
  const { client } = context;
  const requests = context.informer(CertificateSigningRequests);

  async function isAllowed({ spec }: Csr, subresource: string): Promise<boolean> {
    const { username = '', uid, groups, extra } = spec;
    const review = await client.create(SubjectAccessReviews, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: username,
        ...(uid && { uid }),
        ...(groups && { groups }),
        ...(extra && { extra }),
        resourceAttributes: {
          group: 'certificates.k8s.io',
          resource: 'certificatesigningrequests',
          verb: 'create',
          subresource,
          version: '*',
        },
      },
    } as SubjectAccessReview);
    return review.status?.allowed === true;
  }

  async function reconcile(name: string): Promise<void> {
    const csr = requests.get(name);
    if (csr === undefined || csr.spec.signerName !== SIGNERS.kubeletClient || isDecided(csr) || csr.status?.certificate) return;
    const request = requestOf(csr);
    if (typeof request === 'string' || kubeletClientFault(request, csr.spec.usages ?? []) !== undefined) return;
    const common = request.subject.find(({ type }) => type === 'CN')?.value;
    for (const { subresource, message, isSelf } of RECOGNIZED) {
      if ((isSelf && csr.spec.username !== common) || !(await isAllowed(csr, subresource))) continue;
      await unlessOvertaken(() =>
        client.update(CertificateSigningRequests, withCondition(csr, 'Approved', 'AutoApproved', message), { subresource: 'approval' }),
      );
      return;
    }
  }

  return { name: 'certificatesigningrequest-approving-controller', for: CertificateSigningRequests, reconcile };
}

export const createCsrSigner =
  (authority: CertificateAuthority | undefined): ControllerFactory =>
  (context: ControllerContext): Controller => {
    const { client, world } = context;
    const requests = context.informer(CertificateSigningRequests);
    const random = world.random.fork('certificates');

    async function reconcile(name: string): Promise<void> {
      const csr = requests.get(name);
      if (csr === undefined || authority === undefined || !isOurs(csr) || csr.status?.certificate) return;
      if (
        conditionOf(csr, 'Approved') === undefined ||
        conditionOf(csr, 'Denied') !== undefined ||
        conditionOf(csr, 'Failed') !== undefined
      )
        return;
      const request = requestOf(csr);
      const fault = typeof request === 'string' ? request : signerFault(csr, request);
      const next =
        fault !== undefined || typeof request === 'string'
          ? withCondition(csr, 'Failed', 'SignerValidationFailure', String(fault))
          : { ...csr, status: { ...csr.status, certificate: base64(sign(csr, request, authority, world.clock.now(), random)) } };
      await unlessOvertaken(() => client.updateStatus(CertificateSigningRequests, next));
    }

    return { name: 'certificatesigningrequest-signing-controller', for: CertificateSigningRequests, reconcile };
  };

const HOUR_MS = 3_600_000;
const DECIDED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** When the request may go. */
function expiresAt(csr: Csr): number {
  const age = (type: string): number => {
    const found = conditionOf(csr, type);
    return found === undefined ? Infinity : parseTime(found.lastUpdateTime ?? '') + DECIDED_MS;
  };
  if (csr.status?.certificate) {
    const [issued] = certificatesOf(fromUtf8(fromBase64(csr.status.certificate) ?? new Uint8Array()));
    return Math.min(age('Approved'), issued?.notAfter ?? Infinity);
  }
  const decided = Math.min(age('Denied'), age('Failed'));
  return isDecided(csr) || conditionOf(csr, 'Failed') !== undefined
    ? decided
    : parseTime(csr.metadata?.creationTimestamp ?? '') + PENDING_MS;
}

/** Differs from Kubernetes: each goes when its time is over, not at the next hourly pass. */
export function createCsrCleaner(context: ControllerContext): Controller {
  const { client, world } = context;
  const requests = context.informer(CertificateSigningRequests);

  async function reconcile(name: string): Promise<Requeue | void> {
    const csr = requests.get(name);
    if (csr === undefined) return;
    const at = expiresAt(csr);
    if (at === Infinity) return;
    const left = at - world.clock.now();
    if (left > 0) return { afterMs: left };
    await unlessOvertaken(() => client.delete(CertificateSigningRequests, name));
  }

  return { name: 'certificatesigningrequest-cleaner-controller', for: CertificateSigningRequests, reconcile };
}
