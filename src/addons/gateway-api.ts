/** What `standard-install.yaml` of Gateway API applies: the CRDs of its standard channel. Facts, limits and messages are
 *  upstream's; descriptions are ours. Upstream: sigs.k8s.io/gateway-api v1.3.0, config/crd/standard */
import type { CustomResourceColumnDefinition, CustomResourceDefinition, JSONSchemaProps } from '../api/generated/types.ts';
import { GATEWAY_GROUP } from './gateway-api-names.ts';
import { gateway, gatewayClass, referenceGrant } from './gateway-api-gateway.ts';
import { grpcRoute } from './gateway-api-grpc.ts';
import { httpRoute } from './gateway-api-http.ts';

export const GATEWAY_API_VERSION = 'v1.3.0';

interface Row {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly scope?: 'Cluster';
  /** The first is the one that is stored. */
  readonly versions: readonly string[];
  readonly columns: readonly CustomResourceColumnDefinition[];
  readonly schema: JSONSchemaProps;
  readonly status: boolean;
}

const column = (name: string, jsonPath: string): CustomResourceColumnDefinition => ({ jsonPath, name, type: 'string' });
const AGE: CustomResourceColumnDefinition = { jsonPath: '.metadata.creationTimestamp', name: 'Age', type: 'date' };
const HOSTNAMES = column('Hostnames', '.spec.hostnames');
const statusOf = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const ROWS: readonly Row[] = [
  {
    kind: 'GatewayClass',
    plural: 'gatewayclasses',
    shortNames: ['gc'],
    scope: 'Cluster',
    versions: ['v1', 'v1beta1'],
    status: true,
    schema: gatewayClass,
    columns: [
      column('Controller', '.spec.controllerName'),
      column('Accepted', statusOf('Accepted')),
      AGE,
      { ...column('Description', '.spec.description'), priority: 1 },
    ],
  },
  {
    kind: 'Gateway',
    plural: 'gateways',
    shortNames: ['gtw'],
    versions: ['v1', 'v1beta1'],
    status: true,
    schema: gateway,
    columns: [
      column('Class', '.spec.gatewayClassName'),
      column('Address', '.status.addresses[*].value'),
      column('Programmed', statusOf('Programmed')),
      AGE,
    ],
  },
  { kind: 'GRPCRoute', plural: 'grpcroutes', versions: ['v1'], status: true, schema: grpcRoute, columns: [HOSTNAMES, AGE] },
  { kind: 'HTTPRoute', plural: 'httproutes', versions: ['v1', 'v1beta1'], status: true, schema: httpRoute, columns: [HOSTNAMES, AGE] },
  {
    kind: 'ReferenceGrant',
    plural: 'referencegrants',
    shortNames: ['refgrant'],
    versions: ['v1beta1'],
    status: false,
    schema: referenceGrant,
    columns: [AGE],
  },
];

function definition({ kind, plural, shortNames, scope, versions, columns, schema, status }: Row): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GATEWAY_GROUP}`,
      annotations: {
        'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328',
        'gateway.networking.k8s.io/bundle-version': GATEWAY_API_VERSION,
        'gateway.networking.k8s.io/channel': 'standard',
      },
    },
    spec: {
      group: GATEWAY_GROUP,
      names: {
        categories: ['gateway-api'],
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames && { shortNames }),
      },
      scope: scope ?? 'Namespaced',
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema: schema },
        subresources: status ? { status: {} } : {},
      })),
    },
  };
}

/** In the order of the file. */
export const gatewayApi = (): readonly CustomResourceDefinition[] => ROWS.map(definition);
