/** Who may approve and sign the certificates of a signer.
 *  Upstream: plugin/pkg/admission/certificates/{approval,signing,subjectrestriction}/admission.go */
import type { CertificateSigningRequest } from '../../api/generated/types.ts';
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { equal } from '../../base/json.ts';
import { readRequest } from '../../base/pki/certificate.ts';
import { DerError } from '../../base/pki/der.ts';
import { valuesOf } from '../../base/pki/names.ts';
import { readPem } from '../../base/pki/pem.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';

const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
const SUPERUSERS = 'system:masters';

const isCsr = ({ resource }: AdmissionAttributes): boolean =>
  resource.group === 'certificates.k8s.io' && resource.kind === 'CertificateSigningRequest';

/** By the signer's name, or by all names of its domain. */
function mayUse(verb: string, signer: string, { user }: AdmissionAttributes, reader: AdmissionReader): boolean {
  const authorizer = reader.services?.authorizer;
  if (authorizer === undefined) return true;
  return [signer, `${signer.split('/')[0]}/*`].some(
    (name) =>
      authorizer.authorize({
        user,
        verb,
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
        path: '',
        isResource: true,
      }).allowed,
  );
}

export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  handles: (attributes) => isCsr(attributes) && attributes.operation === 'UPDATE' && attributes.subresource === 'approval',
  validate(attributes, reader) {
    const signer = (attributes.old as CertificateSigningRequest).spec.signerName;
    if (!mayUse('approve', signer, attributes, reader))
      throw refused(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
  },
};

/** Nobody becomes a superuser by a certificate. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (attributes) => isCsr(attributes) && attributes.operation === 'CREATE' && attributes.subresource === '',
  validate(attributes) {
    const csr = attributes.object as CertificateSigningRequest;
    if (csr.spec.signerName !== API_CLIENT) return;
    const [block] = readPem(fromUtf8(fromBase64(csr.spec.request) ?? new Uint8Array()));
    try {
      const groups = block === undefined ? [] : valuesOf(readRequest(block.bytes).subject, 'O');
      if (groups.includes(SUPERUSERS)) throw refused(attributes, `use of ${API_CLIENT} signer with ${SUPERUSERS} group is not allowed`);
    } catch (error) {
      // What cannot be read was refused before.
      if (!(error instanceof DerError)) throw error;
    }
  },
};

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: (attributes) => isCsr(attributes) && attributes.operation === 'UPDATE' && attributes.subresource === 'status',
  validate(attributes, reader) {
    const [next, old] = [attributes.object as CertificateSigningRequest, attributes.old as CertificateSigningRequest];
    if (equal(next.status?.certificate, old.status?.certificate)) return;
    const signer = old.spec.signerName;
    if (!mayUse('sign', signer, attributes, reader))
      throw refused(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
  },
};
