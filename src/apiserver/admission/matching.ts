/** Which requests a webhook or a policy is asked about.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates */
import type { LabelSelector, Namespace } from '../../api/generated/types.ts';
import { labelsOf } from '../../api/meta.ts';
import type { KubeObject } from '../../api/object.ts';
import { Namespaces } from '../../api/resources.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import type { AdmissionAttributes, AdmissionReader } from '../admission.ts';

export interface MatchRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}

export interface Matching {
  readonly rules?: readonly MatchRule[] | undefined;
  readonly excluded?: readonly MatchRule[] | undefined;
  readonly matchPolicy?: string | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly objectSelector?: LabelSelector | undefined;
}

const GUARDED = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]);

/** Nobody can lock himself out of mending what intercepts him. */
export const isExempt = ({ resource }: AdmissionAttributes): boolean =>
  resource.group === 'admissionregistration.k8s.io' && GUARDED.has(resource.plural);

const has = (list: readonly string[] | undefined, wanted: string): boolean =>
  list?.includes('*') === true || list?.includes(wanted) === true;

function fitsResource(resources: readonly string[] | undefined, plural: string, subresource: string): boolean {
  return (resources ?? []).some((each) => {
    const [main, sub = ''] = each.split('/');
    return (
      (main === '*' || main === plural) && (sub === subresource || (sub === '*' && each !== '*') || (each === '*/*' && subresource === ''))
    );
  });
}

function fitsRule(rule: MatchRule, attributes: AdmissionAttributes, isEquivalent: boolean): boolean {
  const { resource, operation, subresource, name } = attributes;
  const isNamespaced = resource.namespaced;
  if (rule.scope === 'Namespaced' && !isNamespaced) return false;
  if (rule.scope === 'Cluster' && isNamespaced) return false;
  if (!has(rule.operations, operation) || !has(rule.apiGroups, resource.group)) return false;
  // Differs from Kubernetes: an equivalent version is matched, and the object is shown in the version of the request.
  if (!isEquivalent && !has(rule.apiVersions, resource.version)) return false;
  if ((rule.resourceNames ?? []).length > 0 && !rule.resourceNames?.includes(name)) return false;
  return fitsResource(rule.resources, resource.plural, subresource);
}

export function isMatching(matching: Matching, attributes: AdmissionAttributes, reader: AdmissionReader): boolean {
  const isEquivalent = matching.matchPolicy !== 'Exact';
  const fits = (rules: readonly MatchRule[] | undefined): boolean => (rules ?? []).some((rule) => fitsRule(rule, attributes, isEquivalent));
  if (matching.rules !== undefined && !fits(matching.rules)) return false;
  if (fits(matching.excluded)) return false;
  return inNamespace(matching.namespaceSelector, attributes, reader) && hasLabels(matching.objectSelector, attributes);
}

const isAny = (selector: LabelSelector | undefined): boolean =>
  selector === undefined || (selector.matchLabels === undefined && selector.matchExpressions === undefined);

function inNamespace(selector: LabelSelector | undefined, attributes: AdmissionAttributes, reader: AdmissionReader): boolean {
  if (isAny(selector)) return true;
  const { resource, namespace, object, old } = attributes;
  const isNamespace = resource.group === '' && resource.kind === 'Namespace';
  if (!isNamespace && !resource.namespaced) return true;
  const found: KubeObject | undefined = isNamespace ? (object ?? old) : reader.get<Namespace>(Namespaces, '', namespace);
  return matchesLabelSelector(selector, found ? labelsOf(found) : {});
}

function hasLabels(selector: LabelSelector | undefined, { object, old }: AdmissionAttributes): boolean {
  if (isAny(selector)) return true;
  return [object, old].some((each) => each !== undefined && matchesLabelSelector(selector, labelsOf(each)));
}
