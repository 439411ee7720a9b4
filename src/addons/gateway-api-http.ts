/** HTTPRoute, as the standard channel has it. Upstream: sigs.k8s.io/gateway-api v1.3.0, apis/v1/httproute_types.go */
import type { JSONSchemaProps } from '../api/generated/types.ts';
import { port, preciseHostname } from './gateway-api-names.ts';
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

const EVERY_PATH = { type: 'PathPrefix', value: '/' };
const LITERAL = "['Exact', 'PathPrefix']";
/** As the upstream rules spell it. */
const IS_LITERAL = "(self.type in ['Exact','PathPrefix'])";
const PATH_PATTERN = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$";

const without = (part: string): Rule => [
  `must not contain '${part}' when type one of ${LITERAL}`,
  `${IS_LITERAL} ? !self.value.contains('${part}') : true`,
];
const endless = (part: string): Rule => [
  `must not end with '${part}' when type one of ${LITERAL}`,
  `${IS_LITERAL} ? !self.value.endsWith('${part}') : true`,
];

const PATH_RULES: readonly Rule[] = [
  [`value must be an absolute path and start with '/' when type one of ${LITERAL}`, `${IS_LITERAL} ? self.value.startsWith('/') : true`],
  ...['//', '/./', '/../', '%2f', '%2F', '#'].map(without),
  ...['/..', '/.'].map(endless),
  [
    "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
    "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
  ],
  [
    `must only contain valid characters (matching ${PATH_PATTERN}) for types ${LITERAL}`,
    `${IS_LITERAL} ? self.value.matches(r"""${PATH_PATTERN}""") : true`,
  ],
];

const match = object('Conditions that all must hold.', {
  headers: valueMatches('header', 4096),
  method: choice('The method of the request.', ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']),
  path: object(
    'The path of the request; by default every path.',
    {
      type: choice(
        'Exact: the whole path. PathPrefix: the path begins with these elements. RegularExpression: in the dialect of the implementation.',
        ['Exact', 'PathPrefix', 'RegularExpression'],
        { default: 'PathPrefix' },
      ),
      value: text('The path to compare with.', { default: '/', maxLength: 1024 }),
    },
    { default: EVERY_PATH, rules: PATH_RULES },
  ),
  queryParams: valueMatches('query parameter', 1024),
});

const onlyWith = (type: string, field: string): readonly Rule[] => [
  [`${field} must be specified when type is set to '${type}'`, `self.type == '${type}' ? has(self.${field}) : true`],
  [`type must be '${type}' when ${field} is set`, `has(self.${field}) ? self.type == '${type}' : true`],
];

const newPath = (description: string): JSONSchemaProps =>
  object(
    description,
    {
      replaceFullPath: text('What to put for the whole path.', { maxLength: 1024 }),
      replacePrefixMatch: text('What to put for the prefix that matched: /foo/bar with prefix /foo and /xyz here is /xyz/bar.', {
        maxLength: 1024,
      }),
      'type!': choice('What is replaced.', ['ReplaceFullPath', 'ReplacePrefixMatch']),
    },
    { rules: [...onlyWith('ReplaceFullPath', 'replaceFullPath'), ...onlyWith('ReplacePrefixMatch', 'replacePrefixMatch')] },
  );

const FILTERS = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'RequestRedirect', 'URLRewrite', 'ExtensionRef'];

const httpFilter = filter(FILTERS, FILTERS, {
  ...commonFilters,
  requestRedirect: object('Answers with a redirect.', {
    hostname: preciseHostname('The host to go to; by default that of the request.'),
    path: newPath('The path to go to; by default that of the request.'),
    port: port('The port to go to; by default that of the scheme, or of the listener.'),
    scheme: choice('The scheme to go to; by default that of the request.', ['http', 'https']),
    statusCode: { type: 'integer', description: 'The status of the answer.', default: 302, enum: [301, 302] },
  }),
  urlRewrite: object('Changes the URL of the request before it goes on.', {
    hostname: preciseHostname('The host that the backend is asked for.'),
    path: newPath('The path that the backend is asked for.'),
  }),
});

const filters = (description: string): JSONSchemaProps =>
  list(description, httpFilter, {
    maxItems: 16,
    rules: [
      [
        'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both',
        "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      ],
      ...['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite'].map(notRepeated),
    ],
  });

const timeout = (description: string): JSONSchemaProps => text(description, { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' });

const timeouts = object(
  'How long things may take.',
  {
    backendRequest: timeout('For one request to a backend; not longer than request. "0s" is for ever.'),
    request: timeout('For the answer to the client, such as "10s". "0s" is for ever.'),
  },
  {
    rules: [
      [
        'backendRequest timeout cannot be longer than request timeout',
        "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') " +
          '&& duration(self.backendRequest) > duration(self.request))',
      ],
    ],
  },
);

const replacesPrefix = (field: string): string =>
  `has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch)`;
const ONE_PREFIX = "((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true)";

const inRule = (type: string, field: string): Rule => [
  `When using ${type} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`,
  `(has(self.filters) && self.filters.exists_one(f, ${replacesPrefix(field)})) ? ${ONE_PREFIX} : true`,
];
const inBackends = (when: string, type: string, field: string): Rule => [
  `Within backendRefs, ${when} using ${type} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`,
  `(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, ${replacesPrefix(field)})) )) ` +
    `? ${ONE_PREFIX} : true`,
];

const rule = object(
  'What is done with requests that match.',
  {
    backendRefs: backendRefs(filters('What is done to requests for this backend only.')),
    filters: filters('What is done to requests and responses of this rule.'),
    matches: list('Which requests this rule is for: those that fit one of these. By default all.', match, {
      maxItems: 64,
      default: [{ path: EVERY_PATH }],
    }),
    timeouts,
  },
  {
    rules: [
      [
        'RequestRedirect filter must not be used together with backendRefs',
        '(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true',
      ],
      inRule('RequestRedirect', 'requestRedirect'),
      inRule('URLRewrite', 'urlRewrite'),
      inBackends('when', 'RequestRedirect', 'requestRedirect'),
      inBackends('When', 'URLRewrite', 'urlRewrite'),
    ],
  },
);

export const httpRoute = kindOf(
  'HTTPRoute sends HTTP requests to backends: by host, path, header, query parameter or method, with filters on the way.',
  {
    'spec!': object('Which requests, and where they go.', {
      ...routeFields,
      rules: list('The rules, of which the most specific match wins.', rule, {
        maxItems: 16,
        default: [{ matches: [{ path: EVERY_PATH }] }],
        rules: [matchesTotal((at) => `${at}.matches.size()`)],
      }),
    }),
    status: routeStatus,
  },
);
