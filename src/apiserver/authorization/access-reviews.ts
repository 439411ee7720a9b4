/** Answers to "may I?": subject access reviews and rules reviews.
 *  Upstream: pkg/registry/authorization */
import type {
  LocalSubjectAccessReview, ResourceAttributes, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview,
  SubjectAccessReviewStatus, SubjectRulesReviewStatus,
} from '../../api/generated/types.ts';
import type { NonResourceAttributes } from '../../api/generated/types.ts';
import { invalid } from '../../api/errors.ts';
import type { FieldError } from '../../api/field-error.ts';
import { invalidValue } from '../../api/field-error.ts';
import type { UserInfo } from '../../api/transport.ts';
import type { AdmissionReader, AuthorizationAttributes, Authorizer } from '../admission.ts';
import { grantsOf } from './authorizer.ts';

export type AccessReview = SubjectAccessReview | SelfSubjectAccessReview | LocalSubjectAccessReview;

interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The question of a review as the authorizer takes it. */
export function attributesOf(spec: ReviewSpec, asker: UserInfo): AuthorizationAttributes {
  const user: UserInfo = spec.user === undefined && spec.groups === undefined
    ? asker : { name: spec.user ?? '', groups: spec.groups ?? [], uid: spec.uid, extra: spec.extra };
  const of = spec.resourceAttributes;
  return {
    user,
    verb: of?.verb ?? spec.nonResourceAttributes?.verb ?? '',
    group: of?.group ?? '', version: of?.version ?? '', resource: of?.resource ?? '', subresource: of?.subresource ?? '',
    namespace: of?.namespace ?? '', name: of?.name ?? '',
    path: spec.nonResourceAttributes?.path ?? '',
    isResource: of !== undefined,
  };
}

/** A review asks one thing of one who is somebody.
 *  Upstream: pkg/apis/authorization/validation/validation.go */
function checkReview({ kind = '', spec }: AccessReview): void {
  const isSelf = kind === 'SelfSubjectAccessReview' || kind === '';
  const { resourceAttributes, nonResourceAttributes, user, groups } = (spec ?? {}) as ReviewSpec;
  const errors: FieldError[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    errors.push(invalidValue('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes'));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidValue('spec.resourceAttributes', undefined, detail));
  }
  if (!isSelf && !user && (groups ?? []).length === 0) {
    errors.push(invalidValue('spec.user', user ?? '', 'at least one of user or group must be specified'));
  }
  if (errors.length > 0) throw invalid({ group: 'authorization.k8s.io', kind }, '', errors);
}

/** The review with its answer. Throws 422 for one that asks nothing. */
export function reviewAccess<T extends AccessReview>(
  review: T, asker: UserInfo, authorizer: Authorizer,
): T & { readonly status: SubjectAccessReviewStatus } {
  checkReview(review);
  const { allowed, denied, reason, evaluationError } = authorizer.authorize(attributesOf(review.spec, asker));
  const status = { allowed, ...(denied && { denied }), ...(reason && { reason }), ...(evaluationError && { evaluationError }) };
  return { ...review, status };
}

/** All that the asker may do in a namespace. */
export function reviewRules(
  review: SelfSubjectRulesReview, asker: UserInfo, reader: AdmissionReader,
): SelfSubjectRulesReview & { readonly status: SubjectRulesReviewStatus } {
  const everything = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }];
  const { rules, problems } = grantsOf(reader, asker, review.spec?.namespace ?? '');
  const own = asker.groups.includes('system:masters') ? everything : rules.map(({ rule }) => rule);
  const resourceRules = own.filter((rule) => 'resources' in rule && rule.resources?.length);
  const urlRules = own.filter((rule) => 'nonResourceURLs' in rule && rule.nonResourceURLs?.length);
  return {
    ...review,
    status: {
      resourceRules: resourceRules as SubjectRulesReviewStatus['resourceRules'],
      nonResourceRules: urlRules as SubjectRulesReviewStatus['nonResourceRules'],
      incomplete: false,
      ...(problems.length > 0 && { evaluationError: problems.join(', ') }),
    },
  };
}
