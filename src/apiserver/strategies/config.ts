/** ConfigMaps, Secrets, ServiceAccounts, Namespaces, Events, Leases, Endpoints: kinds with few rules.
 *  Upstream: pkg/apis/core/{v1/defaults.go,validation/validation.go}, pkg/apis/coordination/validation/validation.go */
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../api/field-error.ts';
import type { ConfigMap, CoreV1Event, EndpointAddress, Endpoints, EventsV1Event, Lease, Namespace, Secret, ServiceAccount } from '../../api/generated/types.ts';
import { isIp, specialIp } from '../../api/ip.ts';
import { base64, fromBase64, fromUtf8, utf8 } from '../../base/bytes.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, checkOneOf, checkOptional, complain, type Errors } from './field-checks.ts';
import { PROTOCOLS } from './containers.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, labelName, portNumber, qualifiedName } from './names.ts';
import { IP } from './pod-spec.ts';
import { fill, mapItems } from './share.ts';

const SIZE_MAX = 1024 * 1024;
const KEPT = 'field is immutable when `immutable` is set';

const bytesOf = (text: string): number => Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** Each character beyond ASCII counts with its UTF-8 bytes. */
function sizeOf(text: string): number {
  let size = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) size += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return size;
}

function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): readonly FieldError[] {
  const errors: Errors = [];
  let size = 0;
  for (const key in data) {
    complain(errors, `data[${key}]`, key, configMapKey(key));
    if (Object.hasOwn(binaryData, key)) errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += sizeOf(data[key]!);
  }
  for (const key in binaryData) {
    complain(errors, `binaryData[${key}]`, key, configMapKey(key));
    size += bytesOf(binaryData[key]!);
  }
  if (size > SIZE_MAX) errors.push(tooLong('[]', SIZE_MAX));
  return errors;
}

interface MaybeImmutable { readonly immutable?: boolean; readonly data?: object; readonly binaryData?: object }

function checkKept(errors: Errors, next: MaybeImmutable, old: MaybeImmutable): void {
  if (!old.immutable) return;
  if (!next.immutable) errors.push(forbiddenField('immutable', KEPT));
  for (const field of ['data', 'binaryData'] as const) {
    if (!equal(next[field] ?? {}, old[field] ?? {})) errors.push(forbiddenField(field, KEPT));
  }
}

export const configMapStrategy = strategyOf<ConfigMap>({
  changeFirst: true,
  validate: validateConfigMap,
  validateChange(next, old) {
    const errors: Errors = [];
    checkKept(errors, next, old);
    return errors;
  },
});

/** stringData is write-only: it becomes data. */
function secretDefaults(secret: Secret): Secret {
  const typed = fill(secret.type === '' ? { ...secret, type: undefined } : secret, { type: 'Opaque' });
  if (!typed.stringData) return typed;
  const { stringData, ...rest } = typed;
  const data: Record<string, string> = { ...rest.data };
  for (const key in stringData) data[key] = base64(utf8(stringData[key]!));
  return { ...rest, data };
}

const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** What Go says of a text that is no JSON object. */
function jsonProblem(text: string): string | undefined {
  const start = text.trimStart();
  if (start === '') return 'unexpected end of JSON input';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return /^[[{"tfn0-9-]/.test(start) ? 'unexpected end of JSON input' : `invalid character '${start[0]}' looking for beginning of value`;
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
}

function checkJson(errors: Errors, field: string, data: string): void {
  const problem = jsonProblem(fromUtf8(fromBase64(data) ?? new Uint8Array()));
  if (problem) errors.push(invalidValue(field, '<secret contents redacted>', problem));
}

function validateSecret({ metadata, data = {}, type = '' }: Secret): readonly FieldError[] {
  const errors: Errors = [];
  let size = 0;
  for (const key in data) {
    complain(errors, `data[${key}]`, key, configMapKey(key));
    size += bytesOf(data[key]!);
  }
  if (size > SIZE_MAX) errors.push(tooLong('data', SIZE_MAX));
  if (type === 'kubernetes.io/service-account-token' && !metadata?.annotations?.[ACCOUNT_NAME]) {
    errors.push(required(`metadata.annotations[${ACCOUNT_NAME}]`));
  }
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    errors.push(required('data[username]'), required('data[password]'));
  }
  const isMissing = (value: string | undefined): boolean => value === undefined || (type === 'kubernetes.io/ssh-auth' && value === '');
  for (const key of NEEDED[type] ?? []) {
    if (isMissing(data[key])) errors.push(required(`data[${key}]`));
    else if (type.startsWith('kubernetes.io/dockercon') || type === 'kubernetes.io/dockercfg') checkJson(errors, `data[${key}]`, data[key]!);
  }
  return errors;
}

export const secretStrategy = strategyOf<Secret>({
  changeFirst: true,
  applyDefaults: secretDefaults,
  validate: validateSecret,
  validateChange(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'type', next.type, old.type);
    checkKept(errors, next, old);
    return errors;
  },
  selectableFields: { type: (secret) => secret.type ?? '' },
});

export const serviceAccountStrategy = strategyOf<ServiceAccount>({ allowUnconditionalUpdate: false });

const NAME_LABEL = 'kubernetes.io/metadata.name';

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function checkFinalizers(errors: Errors, { spec }: Namespace, isIndexed: boolean): void {
  spec?.finalizers?.forEach((name, index) => {
    const field = `spec.finalizers${isIndexed ? `[${index}]` : ''}`;
    complain(errors, field, name, qualifiedName(name));
    if (!name.includes('/') && !STANDARD_FINALIZERS.has(name)) {
      errors.push(invalidValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  });
}

function withName(namespace: Namespace): Namespace {
  const name = namespace.metadata?.name;
  if (!name || namespace.metadata?.labels?.[NAME_LABEL] === name) return namespace;
  return { ...namespace, metadata: { ...namespace.metadata, labels: { ...namespace.metadata?.labels, [NAME_LABEL]: name } } };
}

export const namespaceStrategy = strategyOf<Namespace>({
  nameErrors: labelName,
  applyDefaults: withName,
  prepareForCreate(namespace) {
    const finalizers = namespace.spec?.finalizers ?? [];
    return {
      ...withName(namespace),
      spec: { ...namespace.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] },
      status: { phase: 'Active' },
    };
  },
  prepareForUpdate: (next, old, { subresource }) => (subresource === '' ? { ...next, spec: old.spec, status: old.status } : next),
  validateNew(namespace) {
    const errors: Errors = [];
    checkFinalizers(errors, namespace, false);
    return errors;
  },
  validateChange(next, _old, { subresource }) {
    const errors: Errors = [];
    if (subresource === 'finalize') checkFinalizers(errors, next, true);
    return errors;
  },
  validateStatusUpdate({ metadata, status }) {
    const [wanted, when] = metadata?.deletionTimestamp ? ['Terminating', 'not empty'] : ['Active', 'empty'];
    const phase = status?.phase ?? 'Active';
    return phase === wanted ? [] : [invalidValue('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`)];
  },
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  generationChanges: () => false,
});

function validateEvent(event: CoreV1Event): readonly FieldError[] {
  const errors: Errors = [];
  const [inside, of] = [event.metadata?.namespace ?? '', event.involvedObject?.namespace ?? ''];
  if (of === '' ? inside !== '' && inside !== 'default' && inside !== 'kube-system' : of !== inside) {
    errors.push(invalidValue('involvedObject.namespace', of, 'does not match event.namespace'));
  }
  return errors;
}

const object = (event: CoreV1Event): CoreV1Event['involvedObject'] => event.involvedObject ?? {};

export const eventStrategy = strategyOf<CoreV1Event>({
  validate: validateEvent,
  nameErrors: () => [],
  allowCreateOnUpdate: true,
  generationChanges: () => false,
  selectableFields: {
    'involvedObject.kind': (event) => object(event).kind ?? '',
    'involvedObject.namespace': (event) => object(event).namespace ?? '',
    'involvedObject.name': (event) => object(event).name ?? '',
    'involvedObject.uid': (event) => object(event).uid ?? '',
    'involvedObject.apiVersion': (event) => object(event).apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => object(event).resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => object(event).fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
});

const EVENT_TEXTS = [['reportingInstance', 128], ['action', 128], ['reason', 128]] as const;

function validateNewEvent(event: Partial<EventsV1Event>): readonly FieldError[] {
  const errors: Errors = [];
  const { reportingController = '', eventTime, type = '', note = '' } = event;
  const [inside, of] = [event.metadata?.namespace ?? '', event.regarding?.namespace ?? ''];
  if (of === '' ? inside !== '' && inside !== 'default' && inside !== 'kube-system' : of !== inside) {
    errors.push(invalidValue('involvedObject.namespace', of, 'does not match event.namespace'));
  }
  if (eventTime) {
    if (reportingController === '') errors.push(required('reportingController'));
    complain(errors, 'reportingController', reportingController, qualifiedName(reportingController));
    for (const [field, limit] of EVENT_TEXTS) {
      if (!event[field]) errors.push(required(field));
      else if (event[field].length > limit) errors.push(tooLong(field, limit));
    }
    if (note.length > 1024) errors.push(tooLong('message', 1024));
  } else errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  for (const field of ['deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount', 'deprecatedSource'] as const) {
    const name = field.slice('deprecated'.length);
    if (event[field]) errors.push(invalidValue(`${name[0]!.toLowerCase()}${name.slice(1)}`, '', 'needs to be unset'));
  }
  return errors;
}

/** The newer face of the same events. */
export const eventsEventStrategy = strategyOf<EventsV1Event>({
  validateNew: validateNewEvent,
  nameErrors: () => [],
  allowCreateOnUpdate: true,
  generationChanges: () => false,
  selectableFields: {
    reason: (event) => event.reason ?? '',
    type: (event) => event.type ?? '',
    reportingController: (event) => event.reportingController ?? '',
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
  },
});

function validateLease({ spec = {} }: Lease): readonly FieldError[] {
  const errors: Errors = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  if (duration !== undefined && duration <= 0) errors.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  const { strategy = '', preferredHolder } = spec;
  if (strategy.includes('/')) complain(errors, 'spec.strategy.strategy', strategy, qualifiedName(strategy));
  else if (spec.strategy !== undefined) checkOptional(errors, 'spec.strategy.strategy', strategy, ['OldestEmulationVersion']);
  if (preferredHolder && strategy === '') errors.push(forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  return errors;
}

export const leaseStrategy = strategyOf<Lease>({
  validate: validateLease, allowUnconditionalUpdate: false, allowCreateOnUpdate: true, generationChanges: () => false,
});

function validateEndpoints({ subsets = [] }: Endpoints): readonly FieldError[] {
  const errors: Errors = [];
  subsets.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const at = `subsets[${index}]`;
    if (addresses.length === 0 && notReadyAddresses.length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [field, list] of [['addresses', addresses], ['notReadyAddresses', notReadyAddresses]] as const) {
      list.forEach(({ ip = '', hostname, nodeName }: Partial<EndpointAddress>, addressIndex) => {
        const path = `${at}.${field}[${addressIndex}]`;
        const special = specialIp(ip);
        if (!isIp(ip)) errors.push(invalidValue(`${path}.ip`, ip, IP));
        if (hostname) complain(errors, `${path}.hostname`, hostname, dns1123Label(hostname));
        if (nodeName !== undefined) complain(errors, `${path}.nodeName`, nodeName, dns1123Subdomain(nodeName));
        if (!isIp(ip)) errors.push(invalidValue(`${path}.ip`, ip, 'must be a valid IP address'));
        else if (special) errors.push(invalidValue(`${path}.ip`, ip, special));
      });
    }
    ports.forEach((port, portIndex) => {
      const path = `${at}.ports[${portIndex}]`;
      if (ports.length > 1 && !port.name) errors.push(required(`${path}.name`));
      else if (port.name) complain(errors, `${path}.name`, port.name, dns1123Label(port.name));
      complain(errors, `${path}.port`, port.port ?? 0, portNumber(port.port ?? 0));
      checkOneOf(errors, `${path}.protocol`, port.protocol, PROTOCOLS);
      if (port.appProtocol !== undefined) complain(errors, `${path}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
    });
  });
  return errors;
}

export const endpointsStrategy = strategyOf<Endpoints>({
  applyDefaults: (it) => mapItems(it, 'subsets', (subset) => mapItems(subset, 'ports', (port) => fill(port, { protocol: 'TCP' }))),
  validate: validateEndpoints,
  allowCreateOnUpdate: true,
  generationChanges: () => false,
});

