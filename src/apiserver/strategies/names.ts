/** What is wrong with a key, a port, a number: what src/api/names.ts does not say. Each function returns the complaints; none means good.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go */
import { invalidValue, required } from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import {
  dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, maxLengthText, nameErrorsOf, pathSegmentErrors,
  qualifiedNameErrors, regexText,
} from '../../api/names.ts';

export type Complaints = readonly string[];

const FINE: Complaints = [];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const wildcardPattern = /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Manifests leave out what they should not: nothing is checked as an empty text. */
const orEmpty = (rule: (value: string) => Complaints) => (value: string | undefined): Complaints => rule(value ?? '');

export const dns1035Label = orEmpty(dns1035LabelErrors);
export const dns1123Label = orEmpty(dns1123LabelErrors);
export const dns1123Subdomain = orEmpty(dns1123SubdomainErrors);
export const labelValue = orEmpty(labelValueErrors);
export const qualifiedName = orEmpty(qualifiedNameErrors);

export const inclusiveRange = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

function check(value: string, max: number, pattern: RegExp, message: () => string): Complaints {
  const isLong = value.length > max;
  const isFine = pattern.test(value);
  if (isFine && !isLong) return FINE;
  return [...(isLong ? [maxLengthText(max)] : []), ...(isFine ? [] : [message()])];
}

export const wildcardSubdomain = (value: string): Complaints => check(value, 253, wildcardPattern, () => regexText(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric "
  + "characters, '-' or '.' and end with an alphanumeric character", `\\*\\.${SUBDOMAIN}`, '*.example.com',
));

const SUBDOMAIN_WITH_UNDERSCORE = /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/;

/** Names in DNS that resolvers search below: services have underscores there. */
export const subdomainWithUnderscore = (value: string): Complaints => check(value, 253, SUBDOMAIN_WITH_UNDERSCORE, () => regexText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an "
  + 'alphanumeric character', SUBDOMAIN, 'example.com',
));

/** A key of a ConfigMap or Secret. */
export function configMapKey(value: string): Complaints {
  const complaints = [...check(value, 253, /^[-._a-zA-Z0-9]+$/, () => regexText(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'", '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name',
  ))];
  if (value === '.') complaints.push("must not be '.'");
  else if (value === '..') complaints.push("must not be '..'");
  else if (value.startsWith('..')) complaints.push("must not start with '..'");
  return complaints;
}

export const envVarName = (value: string): Complaints =>
  (/^[ -<>-~]+$/.test(value) ? FINE : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]);

export const httpHeaderName = (value: string | undefined): Complaints => (/^[-A-Za-z0-9]+$/.test(value ?? '')
  ? FINE : [regexText("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', 'X-Header-Name')]);

export function portName(value: string): Complaints {
  const complaints: string[] = [];
  if (value.length > 15) complaints.push(maxLengthText(15));
  if (!/^[-a-z0-9]+$/.test(value)) complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) complaints.push('must contain at least one letter (a-z)');
  if (value.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
}

export const portNumber = (value: number): Complaints => (value >= 1 && value <= 65535 ? FINE : [inclusiveRange(1, 65535)]);

export const userId = (value: number): Complaints => (value >= 0 && value <= 2147483647 ? FINE : [inclusiveRange(0, 2147483647)]);

export const percent = (value: string): Complaints => (/^[0-9]+%$/.test(value)
  ? FINE : [regexText("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%')]);

/** How the name of a kind is checked; `prefix` says that it is the base of a generated name, which may end in a dash. */
export type NameErrors = (name: string, prefix: boolean) => Complaints;

export const subdomainName: NameErrors = nameErrorsOf(dns1123SubdomainErrors);
export const labelName: NameErrors = nameErrorsOf(dns1123LabelErrors);
export const serviceName: NameErrors = nameErrorsOf(dns1035LabelErrors);
export const pathName: NameErrors = pathSegmentErrors;

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** "example.com/a-controller". */
export function checkDomainPrefixed(errors: FieldError[], field: string, value: string): void {
  const slash = value.indexOf('/');
  const [host, path] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  if (value === '') errors.push(required(field));
  else if (slash < 0 || host === '' || path === '') {
    errors.push(invalidValue(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    for (const complaint of dns1123Subdomain(host)) errors.push(invalidValue(field, host, complaint));
    if (!httpPath.test(path)) errors.push(invalidValue(field, path, regexText('Invalid path', HTTP_PATH)));
  }
}
