/** From a routed, authorized call to its answer. Streams are opened in streams.ts and watch.ts.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers */
import { badRequest, methodNotAllowed, notAcceptable, setOnCreate, unknownResource } from '../api/errors.ts';
import type {
  AuthenticationV1TokenRequest,
  LocalSubjectAccessReview,
  SelfSubjectRulesReview,
  TokenReview,
} from '../api/generated/types.ts';
import type { KubeObject, Status } from '../api/object.ts';
import { structOf } from '../api/schema/types.ts';
import type { ApiResponse } from '../api/transport.ts';
import { reviewAccess, reviewRules } from './authorization/access-reviews.ts';
import type { AccessReview } from './authorization/access-reviews.ts';
import { decodeObject, fieldValidationOf, rawBody } from './body.ts';
import { componentStatuses } from './component-status.ts';
import { deleteCollection, deleteObject, deleteOptions } from './delete.ts';
import { evictPod } from './eviction.ts';
import { patchObject } from './patch/patch.ts';
import { bindPod } from './pod-binding.ts';
import { ACCEPTED, presenterOf } from './presentation.ts';
import { getObject, listObjects } from './read.ts';
import { renewLease } from './renewal.ts';
import { getScale, writeScale } from './scale.ts';
import type { Call } from './server-state.ts';
import { storeChange, storeNew } from './write.ts';
import type { Written } from './write.ts';
import { writeOptions } from './write-options.ts';

export interface Answer {
  readonly status: number;
  readonly body: ApiResponse['body'];
  readonly revision?: number;
}

const success = (code: number): Answer => {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
  return { status: code, body: status };
};

export async function handle(call: Call): Promise<Answer> {
  const { kind, info } = call;
  if (info.subresource === '') checkVerb(call);
  else if (!kind.resource.subresources.some(({ name }) => name === info.subresource)) throw unknownResource();
  // A form that the answer cannot have is refused before anything is written.
  const present = presenterOf(call);
  if (!kind.isStored) {
    if (present !== undefined && kind.resource.kind !== 'ComponentStatus') throw notAcceptable(ACCEPTED);
    return handleUnstored(call);
  }
  switch (info.subresource) {
    case 'scale':
      if (info.verb === 'get') return shown(call, getScale(call));
      return written(call, await writeScale(call, writeOptions(call)));
    case 'binding':
      return bound(call);
    case 'eviction':
      checkCreate(call);
      await evictPod(call);
      return success(201);
    case 'token':
      return issueToken(call);
    default:
      return handleObject(call);
  }
}

/** The methods that a path has depend on whether it names an object. */
const NAMED = new Set(['get', 'update', 'patch', 'delete']);
const UNNAMED = new Set(['list', 'create', 'deletecollection', 'watch']);

function checkVerb({ kind, info }: Call): void {
  const fits = info.name === '' ? UNNAMED.has(info.verb) : NAMED.has(info.verb) || info.verb === 'watch';
  if (!fits || !kind.resource.verbs.includes(info.verb)) throw methodNotAllowed();
}

function checkCreate({ info }: Call): void {
  if (info.verb !== 'create') throw methodNotAllowed();
}

async function handleObject(call: Call): Promise<Answer> {
  switch (call.info.verb) {
    case 'get':
      return shown(call, getObject(call));
    case 'list': {
      const present = presenterOf(call);
      const list = listObjects(call);
      return { status: 200, body: present === undefined ? list : present.list(list) };
    }
    case 'create':
      return written(call, await create(call));
    case 'update':
      return written(call, await update(call));
    case 'patch':
      return written(call, await patchObject(call, writeOptions(call)));
    case 'delete':
      return remove(call);
    case 'deletecollection':
      return { status: 200, body: await deleteCollection(call, deleteOptions(call)) };
    default:
      throw methodNotAllowed();
  }
}

function shown(call: Call, object: KubeObject): Answer {
  const present = presenterOf(call);
  return { status: 200, body: present === undefined ? object : present.object(object) };
}

function written(call: Call, { object, created, revision }: Written): Answer {
  return { ...shown(call, object), status: created ? 201 : 200, ...(revision !== undefined && { revision }) };
}

/** The body as an object of the kind, defaulted. */
function decoded(call: Call): KubeObject {
  const { kind, server } = call;
  const body = rawBody(call.request);
  if (body === undefined) throw badRequest('Required value: body is empty');
  const object = decodeObject(body.value, kind.resource, kind.schema, {
    validation: fieldValidationOf(call.request),
    cache: server.decodeCache,
    duplicates: body.duplicates,
    ...(body.yamlFault !== undefined && { yamlFault: body.yamlFault }),
    warn: call.warn,
  });
  return kind.strategy.applyDefaults(object);
}

async function create(call: Call): Promise<Written> {
  if (call.info.subresource !== '') throw methodNotAllowed();
  const object = decoded(call);
  checkNamespace(call, object);
  if (object.metadata?.resourceVersion) throw setOnCreate();
  return storeNew(call, object, writeOptions(call));
}

function checkNamespace({ info, kind }: Call, object: KubeObject): void {
  const namespace = object.metadata?.namespace;
  if (!kind.resource.namespaced || !namespace || namespace === info.namespace) return;
  throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
}

async function update(call: Call): Promise<Written> {
  const { info, kind, server } = call;
  const options = writeOptions(call);
  const renewed = options.dryRun ? undefined : renewLease(call, options.manager);
  if (renewed !== undefined) return renewed;
  const object = decoded(call);
  const name = object.metadata?.name ?? '';
  if (name !== info.name) {
    throw badRequest(
      name === '' ? `name must be provided` : `the name of the object (${name}) does not match the name on the URL (${info.name})`,
    );
  }
  checkNamespace(call, object);
  if (kind.strategy.allowCreateOnUpdate && info.subresource === '' && server.storage.get(kind, info.namespace, info.name) === undefined) {
    return storeNew(call, object, options);
  }
  return storeChange(
    call,
    { compute: () => object, retries: !object.metadata?.resourceVersion && kind.strategy.allowUnconditionalUpdate !== false },
    options,
  );
}

async function remove(call: Call): Promise<Answer> {
  const { object, gone, revision } = await deleteObject(call, deleteOptions(call));
  const { resource, strategy } = call.kind;
  const noted = revision === undefined ? {} : { revision };
  const isPod = resource.kind === 'Pod' && resource.group === '';
  if (gone && !isPod && strategy.returnDeletedObject !== true) {
    const { name = '', uid = '' } = object.metadata ?? {};
    const details = { name, ...(resource.group !== '' && { group: resource.group }), kind: resource.plural, uid };
    return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, ...noted };
  }
  return { ...shown(call, object), ...noted };
}

function bound(call: Call): Answer {
  checkCreate(call);
  const revision = bindPod(call);
  return { ...success(201), ...(revision !== undefined && { revision }) };
}

function issueToken(call: Call): Answer {
  checkCreate(call);
  const request = decodeObject(
    rawBody(call.request)?.value,
    { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    structOf('AuthenticationV1TokenRequest'),
    {
      validation: fieldValidationOf(call.request),
      cache: call.server.decodeCache,
      warn: call.warn,
    },
  ) as AuthenticationV1TokenRequest;
  return { status: 201, body: call.server.tokens.issue(call.info.namespace, call.info.name, request) };
}

/** Kinds that are questions: nothing is stored, the answer is the object with its status. */
function handleUnstored(call: Call): Answer {
  const { kind, info, server, user } = call;
  if (kind.resource.kind === 'ComponentStatus') return componentStatuses(call);
  if (kind.resource.kind === 'Binding') return bound(call);
  const object = decoded(call);
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  const review = { ...object, metadata };
  switch (kind.resource.kind) {
    case 'SelfSubjectAccessReview':
    case 'SubjectAccessReview':
      return { status: 201, body: reviewAccess(review as AccessReview, user, server.authorizer) };
    case 'LocalSubjectAccessReview': {
      const local = review as LocalSubjectAccessReview;
      if ((local.spec?.resourceAttributes?.namespace ?? '') !== info.namespace)
        throw badRequest('spec.resourceAttributes.namespace must match metadata.namespace');
      return { status: 201, body: reviewAccess(local, user, server.authorizer) };
    }
    case 'SelfSubjectRulesReview':
      return { status: 201, body: reviewRules(review as SelfSubjectRulesReview, user, server.reader) };
    case 'SelfSubjectReview': {
      const { name, groups, uid, extra } = user;
      return {
        status: 201,
        body: { ...review, status: { userInfo: { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) } } },
      };
    }
    case 'TokenReview':
      if (!(review as TokenReview).spec?.token) throw badRequest('token is required for TokenReview in authentication');
      return { status: 201, body: reviewToken(call, review as TokenReview) };
    default:
      throw unknownResource();
  }
}

/** Upstream: pkg/registry/authentication/tokenreview/storage.go */
function reviewToken({ server }: Call, review: TokenReview): TokenReview {
  const { token = '', audiences = [] } = review.spec;
  const holder = server.tokens.holderOf(token, audiences.length > 0 ? audiences : undefined);
  if (typeof holder === 'string') return { ...review, status: { user: {}, error: holder } };
  const { name, uid, groups, extra } = holder.user;
  const user = { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
  return { ...review, status: { authenticated: true, user, audiences: holder.audiences } };
}
