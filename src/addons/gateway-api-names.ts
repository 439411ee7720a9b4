/** Names, references and conditions, as all kinds of Gateway API write them.
 *  Upstream: sigs.k8s.io/gateway-api v1.3.0, apis/v1/shared_types.go, object_reference_types.go */
import type { JSONSchemaProps } from '../api/generated/types.ts';
import { choice, int32, list, object, text } from './gateway-api-schema.ts';
import type { Rule } from './gateway-api-schema.ts';

export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`;
const PATH = String.raw`\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+`;

export const HOSTNAME_PATTERN = String.raw`^(\*\.)?${SUBDOMAIN}$`;

export const group = (description: string, more: JSONSchemaProps = {}): JSONSchemaProps =>
  text(description, { maxLength: 253, pattern: `^$|^${SUBDOMAIN}$`, ...more });

export const kind = (description: string, more: JSONSchemaProps = {}): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$', ...more });

export const objectName = (description: string): JSONSchemaProps => text(description, { minLength: 1, maxLength: 253 });

export const namespace = (description: string): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 63, pattern: `^${LABEL}$` });

/** A listener, or a port of a Service. */
export const sectionName = (description: string): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}$` });

/** "*.example.com" is one. */
export const hostname = (description: string): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 253, pattern: HOSTNAME_PATTERN });

export const preciseHostname = (description: string): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}$` });

export const port = (description: string): JSONSchemaProps => int32(description, { minimum: 1, maximum: 65_535 });

/** A domain and a path: "example.net/gateway-controller". */
export const controllerName = (description: string, more: JSONSchemaProps = {}): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 253, pattern: `^${SUBDOMAIN}${PATH}$`, ...more });

export const addressType = text('The type of the address: IPAddress, Hostname, NamedAddress, or one with a domain before it.', {
  default: 'IPAddress',
  minLength: 1,
  maxLength: 253,
  pattern: `^Hostname|IPAddress|NamedAddress|${SUBDOMAIN}${PATH}$`,
});

export const protocol = text('The protocol that the listener expects: HTTP, HTTPS, TLS, TCP, UDP, or one with a domain before it.', {
  minLength: 1,
  maxLength: 255,
  pattern: String.raw`^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|${SUBDOMAIN}\/[A-Za-z0-9]+$`,
});

/** Where an implementation reads more configuration. */
export const parametersRef = (description: string, more: Readonly<Record<string, JSONSchemaProps>> = {}): JSONSchemaProps =>
  object(description, {
    'group!': group('The group of the object.'),
    'kind!': kind('The kind of the object.'),
    'name!': objectName('The name of the object.'),
    ...more,
  });

const anotherNamespace = namespace(
  'The namespace of the object; by default that of the referrer. Another one needs a ReferenceGrant there.',
);

export const secretRef = object('A reference to an object with a certificate and its key, by default a Secret.', {
  group: group('The group of the object; empty is the core group.', { default: '' }),
  kind: kind('The kind of the object.', { default: 'Secret' }),
  'name!': objectName('The name of the object.'),
  namespace: anotherNamespace,
});

export const SERVICE_PORT: Rule = [
  'Must have port for Service reference',
  "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
];

/** The fields of a reference to where requests go. */
export const backendFields: Readonly<Record<string, JSONSchemaProps>> = {
  group: group('The group of the backend; empty is the core group.', { default: '' }),
  kind: kind('The kind of the backend.', { default: 'Service' }),
  'name!': objectName('The name of the backend.'),
  namespace: anotherNamespace,
  port: port("The backend's port, required for a Service: the Service's own port, not the target port."),
};

export const parentRef = (description: string): JSONSchemaProps =>
  object(description, {
    group: group('The group of the parent; an empty text is the core group.', { default: GATEWAY_GROUP }),
    kind: kind('The kind of the parent: a Gateway, or a Service in a mesh.', { default: 'Gateway' }),
    'name!': objectName('The name of the parent.'),
    namespace: namespace("The namespace of the parent; by default the route's own."),
    port: port('Only listeners on this port.'),
    sectionName: sectionName('Only this listener of the Gateway, or this port of the Service.'),
  });

const CONDITION_TYPE = String.raw`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;

const condition = object('One aspect of the current state.', {
  'lastTransitionTime!': text('When the status changed last.', { format: 'date-time' }),
  'message!': text('What happened, for people; may be empty.', { maxLength: 32_768 }),
  observedGeneration: { type: 'integer', format: 'int64', minimum: 0, description: 'The metadata.generation that this speaks of.' },
  'reason!': text('Why the status changed, in one CamelCase word.', {
    minLength: 1,
    maxLength: 1024,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  }),
  'status!': choice('True, False or Unknown.', ['True', 'False', 'Unknown']),
  'type!': text('What this condition is about, in CamelCase.', { maxLength: 316, pattern: CONDITION_TYPE }),
});

export const conditions = (description: string, more: JSONSchemaProps = {}): JSONSchemaProps =>
  list(description, condition, { maxItems: 8, keys: ['type'], ...more });

/** What stands in a status before a controller has seen the object. */
export const waiting = (...types: readonly string[]): readonly object[] =>
  types.map((type) => ({
    lastTransitionTime: '1970-01-01T00:00:00Z',
    message: 'Waiting for controller',
    reason: 'Pending',
    status: 'Unknown',
    type,
  }));
