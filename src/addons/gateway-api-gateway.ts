/** GatewayClass, Gateway and ReferenceGrant, as the standard channel has them.
 *  Upstream: sigs.k8s.io/gateway-api v1.3.0, apis/v1/gatewayclass_types.go, gateway_types.go, apis/v1beta1/referencegrant_types.go */
import type { JSONSchemaProps } from '../api/generated/types.ts';
import {
  addressType,
  conditions,
  controllerName,
  GATEWAY_GROUP,
  group,
  hostname,
  HOSTNAME_PATTERN,
  kind,
  namespace,
  objectName,
  parametersRef,
  port,
  protocol,
  secretRef,
  sectionName,
  waiting,
} from './gateway-api-names.ts';
import { choice, int32, kindOf, list, map, object, text } from './gateway-api-schema.ts';
import type { Rule } from './gateway-api-schema.ts';

export const gatewayClass = kindOf('GatewayClass is a class of Gateways: which controller serves those that name it.', {
  'spec!': object('What the class is.', {
    'controllerName!': controllerName(
      'The controller that serves Gateways of this class, as a domain and a path: "example.net/gateway-controller". Cannot be changed.',
      { 'x-kubernetes-validations': [{ message: 'Value is immutable', rule: 'self == oldSelf' }] },
    ),
    description: text('What the class is for, in a few words.', { maxLength: 64 }),
    parametersRef: parametersRef('An object with more configuration of the controller for this class.', {
      namespace: namespace('The namespace of the object, if it is in one.'),
    }),
  }),
  status: object(
    'What the controller made of the class.',
    { conditions: conditions('"Accepted" says whether the controller takes the class.', { default: waiting('Accepted') }) },
    { default: { conditions: waiting('Accepted') } },
  ),
});

const IP_ADDRESS: JSONSchemaProps = {
  oneOf: [
    { properties: { type: { enum: ['IPAddress'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } } },
    { properties: { type: { not: { enum: ['IPAddress'] } } } },
  ],
};

const matchesHostname = `self.value.matches(r"""${HOSTNAME_PATTERN}""")`;

const uniqueAddress = (type: string, space: string): Rule => [
  `${type} values must be unique`,
  `self.all(a1, a1.type == '${type}' ${space}&& has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )`,
];

const specAddresses = list(
  'The addresses that the Gateway asks for. Without any, the implementation gives one.',
  object(
    'An address to bind the Gateway to.',
    { type: addressType, value: text('The address; empty asks for any address of the type.', { maxLength: 253 }) },
    {
      ...IP_ADDRESS,
      rules: [
        [
          `Hostname value must be empty or contain only valid characters (matching ${HOSTNAME_PATTERN})`,
          `self.type == 'Hostname' ? (!has(self.value) || ${matchesHostname}): true`,
        ],
      ],
    },
  ),
  { maxItems: 16, rules: [uniqueAddress('IPAddress', ''), uniqueAddress('Hostname', ' ')] },
);

const KEY = String.raw`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$`;

const keyRules = (what: string): readonly Rule[] => [
  [
    `${what} keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.`,
    `self.all(key, key.matches(r"""${KEY}"""))`,
  ],
  [
    `If specified, the ${what.toLowerCase()} key's prefix must be a DNS subdomain not longer than 253 characters in total.`,
    'self.all(key, key.split("/")[0].size() < 253)',
  ],
];

const annotationValue = text('', { minLength: 0, maxLength: 4096 });

const infrastructure = object('Attributes of what the implementation makes for this Gateway.', {
  annotations: map('Annotations for everything made for this Gateway.', annotationValue, {
    maxProperties: 8,
    rules: keyRules('Annotation'),
  }),
  labels: map(
    'Labels for everything made for this Gateway.',
    text('', { minLength: 0, maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' }),
    { maxProperties: 8, rules: keyRules('Label') },
  ),
  parametersRef: parametersRef('An object with more configuration of the implementation for this Gateway.'),
});

const routeKind = object('A kind of routes.', {
  group: group('The group of the routes.', { default: GATEWAY_GROUP }),
  'kind!': kind('The kind of the routes.'),
});

const selector = object(
  'Which namespaces, by their labels; with from: Selector.',
  {
    matchExpressions: list(
      'Requirements that all must hold.',
      object('', {
        'key!': text('The key of the label.'),
        'operator!': text('In, NotIn, Exists or DoesNotExist.'),
        values: list('The values for In and NotIn.', text(''), { 'x-kubernetes-list-type': 'atomic' }),
      }),
      { 'x-kubernetes-list-type': 'atomic' },
    ),
    matchLabels: map('Labels that all must be there.', text('')),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const allowedRoutes = object(
  'Which routes may attach to this listener.',
  {
    kinds: list('The kinds of routes; by default those that fit the protocol.', routeKind, { maxItems: 8 }),
    namespaces: object(
      'The namespaces that routes may be in; by default that of the Gateway.',
      {
        from: choice(
          'All: every namespace. Selector: those that the selector chooses. Same: only that of the Gateway.',
          ['All', 'Selector', 'Same'],
          { default: 'Same' },
        ),
        selector,
      },
      { default: { from: 'Same' } },
    ),
  },
  { default: { namespaces: { from: 'Same' } } },
);

const tls = object(
  'How TLS is ended; required for the protocols HTTPS and TLS.',
  {
    certificateRefs: list('The certificates for this listener; one Secret of type kubernetes.io/tls is always possible.', secretRef, {
      maxItems: 64,
    }),
    mode: choice('Terminate: TLS ends at the Gateway. Passthrough: it goes on to the backend.', ['Terminate', 'Passthrough'], {
      default: 'Terminate',
    }),
    options: map('Options of the implementation, their names with a domain before them.', annotationValue, { maxProperties: 16 }),
  },
  {
    rules: [
      [
        'certificateRefs or options must be specified when mode is Terminate',
        "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
      ],
    ],
  },
);

const LISTENER_RULES: readonly Rule[] = [
  [
    "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
  ],
  [
    'tls mode must be Terminate for protocol HTTPS',
    "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
  ],
  [
    "hostname must not be specified for protocols ['TCP', 'UDP']",
    "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
  ],
  ['Listener name must be unique within the Gateway', 'self.all(l1, self.exists_one(l2, l1.name == l2.name))'],
  [
    'Combination of port, protocol and hostname must be unique for each listener',
    'self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ' +
      '? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
  ],
];

const listener = object('A port on which the Gateway takes connections.', {
  allowedRoutes,
  hostname: hostname('The host that requests must name; by default any. "*.example.com" is every host below it.'),
  'name!': sectionName('The name of the listener, unique in the Gateway.'),
  'port!': port('The port to listen on; several listeners may share one.'),
  'protocol!': protocol,
  tls,
});

const listenerStatus = object('What became of a listener.', {
  'attachedRoutes!': int32('How many routes are attached.'),
  'conditions!': conditions('The state of the listener.'),
  'name!': sectionName('The name of the listener.'),
  'supportedKinds!': list('The kinds of routes that it can take.', routeKind, { maxItems: 8 }),
});

const statusAddress = object(
  'An address that the Gateway has.',
  { type: addressType, 'value!': text('The address.', { minLength: 1, maxLength: 253 }) },
  {
    ...IP_ADDRESS,
    rules: [
      [
        `Hostname value must only contain valid characters (matching ${HOSTNAME_PATTERN})`,
        `self.type == 'Hostname' ? ${matchesHostname}: true`,
      ],
    ],
  },
);

export const gateway = kindOf('Gateway asks for a place where traffic enters: listeners, bound to addresses.', {
  'spec!': object('What is wanted.', {
    addresses: specAddresses,
    'gatewayClassName!': objectName('The GatewayClass of this Gateway.'),
    infrastructure,
    'listeners!': list('The ports, protocols and hosts that the Gateway listens on.', listener, {
      minItems: 1,
      maxItems: 64,
      keys: ['name'],
      rules: LISTENER_RULES,
    }),
  }),
  status: object(
    'What the controller made of it.',
    {
      addresses: list('The addresses that the Gateway has.', statusAddress, { maxItems: 16 }),
      conditions: conditions('"Accepted" says whether the Gateway is valid, "Programmed" whether it takes traffic.', {
        default: waiting('Accepted', 'Programmed'),
      }),
      listeners: list('What became of each listener.', listenerStatus, { maxItems: 64, keys: ['name'] }),
    },
    { default: { conditions: waiting('Accepted', 'Programmed') } },
  ),
});

export const referenceGrant = kindOf(
  'ReferenceGrant lets objects of other namespaces refer to objects of its own namespace: routes to Services, Gateways to Secrets.',
  {
    spec: object('Who may refer to what.', {
      'from!': list(
        'The kinds and namespaces that may refer; each entry is one more possibility.',
        object('', {
          'group!': group('The group of the referrer.'),
          'kind!': kind('The kind of the referrer, such as HTTPRoute or Gateway.'),
          'namespace!': namespace('The namespace of the referrer.'),
        }),
        { minItems: 1, maxItems: 16 },
      ),
      'to!': list(
        'The kinds that may be referred to; each entry is one more possibility.',
        object('', {
          'group!': group('The group of the object; empty is the core group.'),
          'kind!': kind('The kind of the object, such as Service or Secret.'),
          name: objectName('The name of the object; by default all of the kind.'),
        }),
        { minItems: 1, maxItems: 16 },
      ),
    }),
  },
);
