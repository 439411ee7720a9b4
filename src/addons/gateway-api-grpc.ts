/** GRPCRoute, as the standard channel has it. Upstream: sigs.k8s.io/gateway-api v1.3.0, apis/v1/grpcroute_types.go */
import type { JSONSchemaProps } from '../api/generated/types.ts';
import {
  backendRefs,
  commonFilters,
  filter,
  matchesTotal,
  notRepeated,
  routeFields,
  routeStatus,
  valueMatches,
} from './gateway-api-routes.ts';
import { choice, kindOf, list, object, text } from './gateway-api-schema.ts';
import type { Rule } from './gateway-api-schema.ts';

const SERVICE_PATTERN = String.raw`^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$`;
const METHOD_PATTERN = '^[A-Za-z_][A-Za-z_0-9]*$';

const validName = (field: string, pattern: string): Rule => [
  `${field} must only contain valid characters (matching ${pattern})`,
  `(!has(self.type) || self.type == 'Exact') && has(self.${field}) ? self.${field}.matches(r"""${pattern}"""): true`,
];

const match = object('Conditions that all must hold.', {
  headers: valueMatches('header', 4096),
  method: object(
    'The gRPC service and method that is called; by default any.',
    {
      method: text('The method; by default any.', { maxLength: 1024 }),
      service: text('The service, such as com.example.User; by default any.', { maxLength: 1024 }),
      type: choice('Exact, or RegularExpression in the dialect of the implementation.', ['Exact', 'RegularExpression'], {
        default: 'Exact',
      }),
    },
    {
      rules: [
        ["One or both of 'service' or 'method' must be specified", 'has(self.type) ? has(self.service) || has(self.method) : true'],
        validName('service', SERVICE_PATTERN),
        validName('method', METHOD_PATTERN),
      ],
    },
  ),
});

const TYPES = ['ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef'];
const CHECKED = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'ExtensionRef'];

const filters = (description: string): JSONSchemaProps =>
  list(description, filter(TYPES, CHECKED, commonFilters), {
    maxItems: 16,
    rules: ['RequestHeaderModifier', 'ResponseHeaderModifier'].map(notRepeated),
  });

const rule = object('What is done with calls that match.', {
  backendRefs: backendRefs(filters('What is done to calls for this backend only.')),
  filters: filters('What is done to calls and answers of this rule.'),
  matches: list('Which calls this rule is for: those that fit one of these. By default all.', match, { maxItems: 64 }),
});

export const grpcRoute = kindOf('GRPCRoute sends gRPC calls to backends: by host, service, method or header, with filters on the way.', {
  spec: object('Which calls, and where they go.', {
    ...routeFields,
    rules: list('The rules, of which the most specific match wins.', rule, {
      maxItems: 16,
      rules: [matchesTotal((at) => `(has(${at}.matches) ? ${at}.matches.size() : 0)`)],
    }),
  }),
  status: routeStatus,
});
