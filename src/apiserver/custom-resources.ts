/** CustomResourceDefinitions at work: each served version is a row while its definition exists; names are accepted and the
 *  definition established; on deletion its objects go first.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/{apiserver,controller} */
import { Queue } from '../base/queue.ts';
import { humanDuration, parseTime, rfc3339 } from '../base/time.ts';
import { equal } from '../base/json.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../api/generated/types.ts';
import { customResourceOf } from '../api/custom-resource.ts';
import { invalidPrinted } from '../api/field-error.ts';
import type { FieldErrorType } from '../api/field-error.ts';
import { dns1123SubdomainErrors, nameErrorsOf } from '../api/names.ts';
import type { KubeObject } from '../api/object.ts';
import { CustomResourceDefinitions } from '../api/resources.ts';
import { compileStructural, withDefaults } from '../api/schema/structural.ts';
import { validateStructural } from '../api/schema/structural-validation.ts';
import { compileSimplePath } from '../api/simple-path.ts';
import { approvalCondition } from './custom-resources/approval.ts';
import { nameConflict } from './custom-resources/names.ts';
import { versionsOf } from './custom-resources/versions.ts';
import type { RuleSet } from './custom-resources/rules.ts';
import { compileRules, hasRules } from './custom-resources/rules.ts';
import type { Kind } from './kinds.ts';
import type { Printers, ServerState } from './server-state.ts';
import { whileReachable } from './storage.ts';
import type { Strategy, StrategyContext } from './strategy.ts';

type Printer = ReturnType<Printers['tableFor']>;

export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Serves what is defined now, and follows the definitions. */
export function serveCustomResources(server: ServerState): void {
  const { world, kinds, storage, hub } = server;
  const kind = kinds.of(CustomResourceDefinitions);
  const changed = new Queue<string>(world);
  const serve = (name: string): void => {
    const definition = storage.read(CustomResourceDefinitions, '', name);
    if (definition?.spec === undefined) return;
    addRows(server, definition);
    changed.push(name);
  };
  for (const { metadata } of storage.list(CustomResourceDefinitions)) serve(metadata?.name ?? '');
  hub.subscribe(kind, storage.etcd.revision, ({ key, object, old }) => {
    if (object === undefined) removeRows(server, old as CustomResourceDefinition);
    else {
      addRows(server, object as CustomResourceDefinition);
      changed.push(key);
    }
  });
  world.spawn('custom resource definitions', async () => {
    for await (const name of changed) whileReachable(() => settle(server, kind, name));
  });
}

/** Best version first: by stability, then by number, as discovery orders them. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): readonly number[] => {
    const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
    if (!found) return [0, 0, 0];
    return [found[2] === undefined ? 3 : found[2] === 'beta' ? 2 : 1, Number(found[1]), Number(found[3] ?? 0)];
  };
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i += 1) if (x[i] !== y[i]) return (y[i] as number) - (x[i] as number);
  return a < b ? -1 : a > b ? 1 : 0;
}

function addRows(server: ServerState, definition: CustomResourceDefinition): void {
  const { spec } = definition;
  server.kinds.remove(spec.group, spec.names.plural);
  if (conflictOf(server, definition) !== undefined) return;
  for (const version of spec.versions.filter(({ served }) => served).sort((a, b) => compareVersions(a.name, b.name))) {
    const resource = customResourceOf(definition, version);
    const schema = version.schema?.openAPIV3Schema ?? {};
    server.kinds.add({
      resource,
      strategy: strategyOf(version, schema),
      prefix: `/registry/${spec.group}/${spec.names.plural}/`,
      schema: compileStructural(resource.kind, schema),
      isStored: true,
      ...(version.deprecated && { deprecation: version.deprecationWarning ?? deprecationOf(definition, version.name) }),
      openApi: schema,
      ...(version.subresources?.scale && { scale: version.subresources.scale }),
      ...(hasRules(schema) && { needsCel: () => true }),
      ...versionsOf(definition, version, server.reader),
    });
    server.customPrinters.set(`${resource.kind}.${resource.group}`, printerOf(version.additionalPrinterColumns));
  }
}

/** Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go defaultDeprecationWarning */
function deprecationOf({ spec }: CustomResourceDefinition, old: string): string {
  const [better] = spec.versions
    .filter(({ name, served, deprecated }) => served && !deprecated && compareVersions(name, old) < 0)
    .sort((a, b) => compareVersions(a.name, b.name));
  const text = `${spec.group}/${old} ${spec.names.kind} is deprecated`;
  return better === undefined ? text : `${text}; use ${spec.group}/${better.name} ${spec.names.kind}`;
}

function removeRows(server: ServerState, { spec }: CustomResourceDefinition): void {
  server.kinds.remove(spec.group, spec.names.plural);
  server.customPrinters.delete(`${spec.names.kind}.${spec.group}`);
}

/** Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go hasBlockingErr */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const NOT_CHECKED = invalidPrinted(
  '<nil>',
  '"null"',
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

function strategyOf(version: CustomResourceDefinitionVersion, schema: JSONSchemaProps): Strategy {
  const hasStatus = version.subresources?.status !== undefined;
  let rules: RuleSet | undefined;
  const check = (object: KubeObject, old: KubeObject | undefined, { cel }: StrategyContext) => {
    const errors = validateStructural(object, schema, old);
    if (cel === undefined || !hasRules(schema)) return errors;
    // Rules may rely on what the schema says.
    if (errors.some(({ type }) => BLOCKING.has(type))) return [...errors, NOT_CHECKED];
    rules ??= compileRules(cel, schema);
    return [...errors, ...rules.validate(object, old)];
  };
  return {
    prepareForCreate(object) {
      if (!hasStatus) return object;
      const { status: _, ...rest } = object as KubeObject & { readonly status?: unknown };
      return rest;
    },
    prepareForUpdate: (object) => object,
    applyDefaults: (object) => withDefaults(object, schema) as KubeObject,
    validate: (object, context) => check(object, undefined, context),
    validateUpdate: check,
    validateStatusUpdate: check,
    nameErrors: nameErrorsOf(dns1123SubdomainErrors),
    allowUnconditionalUpdate: false,
    selectableFields: Object.fromEntries(
      (version.selectableFields ?? []).map(({ jsonPath }) => {
        const find = compileSimplePath(jsonPath);
        return [jsonPath.replace(/^\./, ''), (object: KubeObject) => String(find(object)[0] ?? '')];
      }),
    ),
    ...(!hasStatus && {
      generationChanges: (object: KubeObject, old: KubeObject) => !equal({ ...object, metadata: {} }, { ...old, metadata: {} }),
    }),
  };
}

function printerOf(defined: readonly CustomResourceColumnDefinition[] | undefined): Printer {
  const age: CustomResourceColumnDefinition = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
  const columns = defined === undefined || defined.length === 0 ? [age] : defined;
  const paths = columns.map(({ jsonPath }) => compileSimplePath(jsonPath));
  return {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
      ...columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({ name, type, format, description, priority })),
    ],
    cells: (object, nowMs) => [object.metadata?.name ?? '', ...columns.map(({ type }, i) => cellOf(type, paths[i]!(object)[0], nowMs))],
  };
}

function cellOf(type: string, value: unknown, nowMs: number): unknown {
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : '';
  if (type === 'date') {
    const at = parseTime(String(value));
    return Number.isNaN(at) ? '<invalid>' : humanDuration(nowMs - at);
  }
  if (type === 'integer' || type === 'number' || type === 'boolean') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** One step towards what a definition's status should say; a later change comes again by itself. */
function settle(server: ServerState, kind: Kind, name: string): void {
  const { storage, world } = server;
  const found = storage.get(kind, '', name);
  if (found === undefined) return;
  const definition = found.object as CustomResourceDefinition;
  const now = rfc3339(world.clock.now());
  if (definition.metadata?.deletionTimestamp !== undefined) {
    cleanUp(server, kind, definition, found.modRevision);
    return;
  }
  const taken = conflictOf(server, definition);
  const approval = approvalCondition(definition);
  const wanted: readonly CustomResourceDefinitionCondition[] = [
    ...(taken
      ? [
          condition('NamesAccepted', 'False', taken.reason, taken.message, now),
          condition('Established', 'False', 'NotAccepted', 'not all names are accepted', now),
        ]
      : [
          condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', now),
          condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', now),
        ]),
    ...(approval ? [condition(approval.type, approval.status, approval.reason, approval.message, now)] : []),
  ];
  const old = definition.status?.conditions ?? [];
  const settled = wanted.map(
    (each) => old.find((before) => before.type === each.type && before.status === each.status && before.reason === each.reason) ?? each,
  );
  // In place, and whatever others say beside them.
  const conditions = [
    ...old.map((before) => settled.find(({ type }) => type === before.type) ?? before),
    ...settled.filter(({ type }) => !old.some((before) => before.type === type)),
  ];
  const storedVersion = definition.spec.versions.find((version) => version.storage)?.name ?? '';
  const stored = definition.status?.storedVersions ?? [];
  const finalizers = definition.metadata?.finalizers ?? [];
  const next: CustomResourceDefinition = {
    ...definition,
    metadata: { ...definition.metadata, finalizers: finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP] },
    status: {
      acceptedNames: taken ? (definition.status?.acceptedNames ?? { kind: '', plural: '' }) : definition.spec.names,
      conditions,
      storedVersions: stored.includes(storedVersion) ? stored : [...stored, storedVersion],
    },
  };
  if (!equal(next, definition)) storage.put(kind, next, found.modRevision);
}

function conflictOf({ storage }: ServerState, definition: CustomResourceDefinition): ReturnType<typeof nameConflict> {
  return nameConflict(definition, storage.list(CustomResourceDefinitions));
}

const condition = (
  type: string,
  status: string,
  reason: string,
  message: string,
  lastTransitionTime: string,
): CustomResourceDefinitionCondition => ({ type, status, reason, message, lastTransitionTime });

/** Deletes the objects; their own finalizers may keep some, whose end asks again. */
function cleanUp(server: ServerState, kind: Kind, definition: CustomResourceDefinition, modRevision: number): void {
  const { kinds, storage, world } = server;
  const { group, names, versions } = definition.spec;
  const shown = kinds.find(group, versions.find(({ served }) => served)?.name ?? '', names.plural);
  // As they are stored: no webhook may stand in the way.
  const custom: Kind | undefined = shown && {
    resource: shown.resource,
    strategy: shown.strategy,
    prefix: shown.prefix,
    schema: shown.schema,
    isStored: true,
  };
  const now = rfc3339(world.clock.now());
  let left = 0;
  for (const { value } of custom === undefined ? [] : storage.etcd.range(custom.prefix).kvs) {
    const object = value as KubeObject;
    const { metadata = {} } = object;
    if ((metadata.finalizers ?? []).length > 0) {
      left += 1;
      if (metadata.deletionTimestamp !== undefined) continue;
      storage.put(
        custom as Kind,
        { ...object, metadata: { ...metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 0 } },
        Number(metadata.resourceVersion),
      );
    } else storage.remove(custom as Kind, metadata.namespace ?? '', metadata.name ?? '', Number(metadata.resourceVersion));
  }
  if (left > 0) {
    world.clock.setTimer(RETRY_MS, () =>
      world.spawn('custom resource cleanup', async () => whileReachable(() => settle(server, kind, definition.metadata?.name ?? ''))),
    );
    return;
  }
  const finalizers = (definition.metadata?.finalizers ?? []).filter((each) => each !== CLEANUP);
  if (finalizers.length === 0) storage.remove(kind, '', definition.metadata?.name ?? '', modRevision);
  else if (finalizers.length !== definition.metadata?.finalizers?.length)
    storage.put(kind, { ...definition, metadata: { ...definition.metadata, finalizers } }, modRevision);
}

const RETRY_MS = 1000;
