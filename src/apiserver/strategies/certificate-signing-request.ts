/** CertificateSigningRequests: who asks stands in them, and what was asked stays as it was; approval is a word of its own.
 *  Upstream: pkg/registry/certificates/certificates/strategy.go, pkg/apis/certificates/validation/validation.go */
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { readRequest, requestFault } from '../../base/pki/certificate.ts';
import { DerError } from '../../base/pki/der.ts';
import { readPem } from '../../base/pki/pem.ts';
import { rfc3339 } from '../../base/time.ts';
import { duplicate, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../api/generated/types.ts';
import { strategyOf } from './base.ts';
import type { Errors } from './field-checks.ts';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const SHORTEST_SECONDS = 600;
const SIGNER = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\/[^/]+$/;

/** Whoever asks must hold the key. */
function requestBytesFault(bytes: Uint8Array): string | undefined {
  const [block] = readPem(fromUtf8(bytes));
  if (block?.label !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    return requestFault(readRequest(block.bytes));
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

function checkRequest(errors: Errors, request: string): void {
  const bytes = fromBase64(request) ?? new Uint8Array();
  const fault = requestBytesFault(bytes);
  if (fault === undefined) return;
  const printed = `[]byte{${[...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`;
  errors.push(invalidPrinted('spec.request', printed, fault));
}

function validate({ spec, status }: CertificateSigningRequest): Errors {
  const errors: Errors = [];
  const { request = '', signerName = '', usages = [], expirationSeconds } = (spec ?? {}) as Partial<NonNullable<typeof spec>>;
  checkRequest(errors, request);
  if (usages.length === 0) errors.push(required('spec.usages'));
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES));
    if (usages.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage));
  });
  if (signerName === '') errors.push(required('spec.signerName'));
  else if (signerName === 'kubernetes.io/legacy-unknown') {
    errors.push(invalidValue('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'));
  } else if (!SIGNER.test(signerName)) {
    errors.push(
      invalidValue('spec.signerName', signerName, `must be a fully qualified domain and path of the form 'example.com/signer-name'`),
    );
  }
  if (expirationSeconds !== undefined && expirationSeconds < SHORTEST_SECONDS) {
    errors.push(
      invalidValue(
        'spec.expirationSeconds',
        expirationSeconds,
        `may not specify a duration less than ${SHORTEST_SECONDS} seconds (10 minutes)`,
      ),
    );
  }
  checkConditions(errors, status?.conditions ?? []);
  return errors;
}

function checkConditions(errors: Errors, conditions: readonly CertificateSigningRequestCondition[]): void {
  const types = conditions.map(({ type }) => type);
  conditions.forEach(({ type, status }, i) => {
    const at = `status.conditions[${i}]`;
    if (!type) errors.push(required(`${at}.type`));
    if (!status) errors.push(required(`${at}.status`));
    else if ((type === 'Approved' || type === 'Denied' || type === 'Failed') && status !== 'True')
      errors.push(notSupported(`${at}.status`, status, ['True']));
    if (types.indexOf(type) < i) errors.push(duplicate(`${at}.type`, type));
  });
  if (types.includes('Approved') && types.includes('Denied')) {
    errors.push(invalidValue('status.conditions', 'Denied', 'Approved and Denied conditions are mutually exclusive'));
  }
}

/** Conditions say when they came and when they changed. */
function timed(conditions: readonly CertificateSigningRequestCondition[], now: string): readonly CertificateSigningRequestCondition[] {
  return conditions.map((each) => ({
    ...each,
    lastUpdateTime: each.lastUpdateTime ?? now,
    lastTransitionTime: each.lastTransitionTime ?? now,
  }));
}

export const certificateSigningRequestStrategy = strategyOf<CertificateSigningRequest>({
  hasStatus: true,
  prepareForCreate(object, { user }) {
    const { name, uid, groups, extra } = user;
    return { ...object, spec: { ...object.spec, username: name, ...(uid && { uid }), groups: [...groups], ...(extra && { extra }) } };
  },
  prepareForUpdate(object, old, { subresource, world }) {
    if (subresource === '') return object.spec === old.spec ? object : { ...object, spec: old.spec };
    const conditions = object.status?.conditions;
    return conditions === undefined
      ? object
      : { ...object, status: { ...object.status, conditions: timed(conditions, rfc3339(world.clock.now())) } };
  },
  validate,
  validateChange(next, old, { subresource }) {
    const errors: Errors = [];
    const kinds = ({ status }: CertificateSigningRequest): readonly string[] => (status?.conditions ?? []).map(({ type }) => type);
    for (const type of ['Approved', 'Denied', 'Failed']) {
      const [has, had] = [kinds(next).includes(type), kinds(old).includes(type)];
      if (had && !has)
        errors.push(forbiddenField('status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`));
      else if (has && !had && subresource !== 'approval' && type !== 'Failed') {
        errors.push(forbiddenField('status.conditions', `updates may not add a condition of type ${JSON.stringify(type)}`));
      }
    }
    return errors;
  },
});
