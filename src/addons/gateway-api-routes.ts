/** What HTTPRoute and GRPCRoute have in common: parents, hostnames, header filters, mirrors, weights and status.
 *  Upstream: sigs.k8s.io/gateway-api v1.3.0, apis/v1/shared_types.go, httproute_types.go */
import type { JSONSchemaProps } from '../api/generated/types.ts';
import {
  backendFields,
  conditions,
  controllerName,
  group,
  hostname,
  kind,
  objectName,
  parentRef,
  SERVICE_PORT,
} from './gateway-api-names.ts';
import { choice, int32, list, object, text } from './gateway-api-schema.ts';
import type { Rule } from './gateway-api-schema.ts';

const SAME_NAMESPACE =
  "(((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) " +
  '|| (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ ))';
const SAME_PARENT = `p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && ${SAME_NAMESPACE}`;
const NO_SECTION_1 = "(!has(p1.sectionName) || p1.sectionName == '')";
const NO_SECTION_2 = "(!has(p2.sectionName) || p2.sectionName == '')";

const PARENT_RULES: readonly Rule[] = [
  [
    'sectionName must be specified when parentRefs includes 2 or more references to the same parent',
    `self.all(p1, self.all(p2, ${SAME_PARENT} ? (${NO_SECTION_1} == ${NO_SECTION_2}) : true))`,
  ],
  [
    'sectionName must be unique when parentRefs includes 2 or more references to the same parent',
    `self.all(p1, self.exists_one(p2, ${SAME_PARENT} && ((${NO_SECTION_1} && ${NO_SECTION_2}) ` +
      '|| (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))',
  ],
];

/** What every route's spec begins with. */
export const routeFields: Readonly<Record<string, JSONSchemaProps>> = {
  hostnames: list('The hosts that requests must name; "*.example.com" is every host below it. By default any.', hostname(''), {
    maxItems: 16,
  }),
  parentRefs: list('The Gateways, or their listeners, that the route attaches to.', parentRef('A Gateway, or a Service of a mesh.'), {
    maxItems: 32,
    rules: PARENT_RULES,
  }),
};

export const routeStatus = object('What the Gateways made of the route.', {
  'parents!': list(
    'One entry for each parent that has seen the route.',
    object('', {
      conditions: conditions('"Accepted" says whether the route is attached, "ResolvedRefs" whether its backends were found.', {
        minItems: 1,
      }),
      'controllerName!': controllerName('The controller that wrote this entry.'),
      'parentRef!': parentRef('The parent that this entry is about.'),
    }),
    { maxItems: 32 },
  ),
});

export const HEADER_NAME = String.raw`^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$`;

export const headerName = (description: string): JSONSchemaProps =>
  text(description, { minLength: 1, maxLength: 256, pattern: HEADER_NAME });

/** How a header or a query parameter is compared: `type`, `name` and `value`. */
export const valueMatches = (what: string, valueMax: number): JSONSchemaProps =>
  list(
    `Conditions on ${what}s, that all must hold.`,
    object('', {
      'name!': headerName(`The name of the ${what}.`),
      type: choice('Exact, or RegularExpression in the dialect of the implementation.', ['Exact', 'RegularExpression'], {
        default: 'Exact',
      }),
      'value!': text(`The value that the ${what} must have.`, { minLength: 1, maxLength: valueMax }),
    }),
    { maxItems: 16, keys: ['name'] },
  );

const headers = (description: string): JSONSchemaProps =>
  list(
    description,
    object('', {
      'name!': headerName('The name of the header.'),
      'value!': text('The value of the header.', { minLength: 1, maxLength: 4096 }),
    }),
    { maxItems: 16, keys: ['name'] },
  );

const headerModifier = (description: string): JSONSchemaProps =>
  object(description, {
    add: headers('Headers to add, beside values that are there already.'),
    remove: list('Names of headers to take away.', text(''), { maxItems: 16, 'x-kubernetes-list-type': 'set' }),
    set: headers('Headers to set, in place of values that are there already.'),
  });

const requestMirror = object(
  'Sends a copy of each request to another backend; its answers are ignored.',
  {
    'backendRef!': object('Where the copies go.', backendFields, { rules: [SERVICE_PORT] }),
    fraction: object(
      'The share of requests that is copied, as a fraction.',
      { denominator: int32('', { default: 100, minimum: 1 }), 'numerator!': int32('', { minimum: 0 }) },
      { rules: [['numerator must be less than or equal to denominator', 'self.numerator <= self.denominator']] },
    ),
    percent: int32('The share of requests that is copied, in percent; without it and fraction, all.', { minimum: 0, maximum: 100 }),
  },
  {
    rules: [['Only one of percent or fraction may be specified in HTTPRequestMirrorFilter', '!(has(self.percent) && has(self.fraction))']],
  },
);

const extensionRef = object('A filter of the implementation, by its object.', {
  'group!': group('The group of the object.'),
  'kind!': kind('The kind of the object.'),
  'name!': objectName('The name of the object.'),
});

/** The filters that both kinds of routes know. */
export const commonFilters: Readonly<Record<string, JSONSchemaProps>> = {
  extensionRef,
  requestHeaderModifier: headerModifier('Changes headers of the request.'),
  requestMirror,
  responseHeaderModifier: headerModifier('Changes headers of the response.'),
};

const fieldOf = (type: string): string => (type === 'URLRewrite' ? 'urlRewrite' : `${type.charAt(0).toLowerCase()}${type.slice(1)}`);

/** A filter has the one field that its type names. */
export function filter(
  types: readonly string[],
  inRules: readonly string[],
  fields: Readonly<Record<string, JSONSchemaProps>>,
): JSONSchemaProps {
  const rules = inRules.flatMap((type): readonly Rule[] => {
    const field = fieldOf(type);
    return [
      [`filter.${field} must be nil if the filter.type is not ${type}`, `!(has(self.${field}) && self.type != '${type}')`],
      [`filter.${field} must be specified for ${type} filter.type`, `!(!has(self.${field}) && self.type == '${type}')`],
    ];
  });
  const type = choice('Which filter this is; the field of that name says how it works.', types);
  return object('Something done to requests or responses on their way.', { ...fields, 'type!': type }, { rules });
}

export const notRepeated = (type: string): Rule => [`${type} filter cannot be repeated`, `self.filter(f, f.type == '${type}').size() <= 1`];

export const backendRefs = (filters: JSONSchemaProps): JSONSchemaProps =>
  list(
    'The backends that requests go to.',
    object(
      'A backend, by default a Service.',
      {
        filters,
        ...backendFields,
        weight: int32("The share of requests, in proportion to the sum of all the rule's weights. 0 is none.", {
          default: 1,
          minimum: 0,
          maximum: 1_000_000,
        }),
      },
      { rules: [SERVICE_PORT] },
    ),
    { maxItems: 16 },
  );

const RULES_MAX = 16;

/** CEL has no sum over a list. `matches` counts those of the rule at `self[i]`. */
export const matchesTotal = (matches: (rule: string) => string): Rule => [
  'While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
  `${Array.from({ length: RULES_MAX }, (_, i) => `(self.size() > ${i} ? ${matches(`self[${i}]`)} : 0)`).join(' + ')} <= 128`,
];
