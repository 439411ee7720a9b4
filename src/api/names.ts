/** What names, labels and label keys must look like, in Kubernetes' words: each check returns what is wrong.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go */

const LABEL_FORM = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FORM = `${LABEL_FORM}(\\.${LABEL_FORM})*`;
const DNS1035_FORM = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_FORM = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE_FORM = `(${QUALIFIED_FORM})?`;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const NONE: readonly string[] = Object.freeze([]);

export const maxLengthText = (length: number): string => `must be no more than ${length} characters`;
export const EMPTY_TEXT = 'must be non-empty';

/** "(e.g. 'a',  or 'b', regex used for validation is '...')" with Kubernetes' two spaces. */
export function regexText(message: string, form: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return examples.length === 0 ? `${message} (regex used for validation is '${form}')` : `${message} (e.g. ${shown}regex used for validation is '${form}')`;
}

const LABEL_TEXT = regexText(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_FORM, 'my-name', '123-abc',
);
const SUBDOMAIN_TEXT = regexText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_FORM, 'example.com',
);
const DNS1035_TEXT = regexText(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS1035_FORM, 'my-name', 'abc-123',
);
const QUALIFIED_TEXT = regexText(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED_FORM, 'MyName', 'my.name', '123-abc',
);
const LABEL_VALUE_TEXT = regexText(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_VALUE_FORM, 'MyValue', 'my_value', '12345',
);

function check(text: string, pattern: RegExp, message: string, maxLength: number): readonly string[] {
  const fits = pattern.test(text);
  if (fits && text.length <= maxLength) return NONE;
  const errors: string[] = [];
  if (text.length > maxLength) errors.push(maxLengthText(maxLength));
  if (!fits) errors.push(message);
  return errors;
}

export const dns1123LabelErrors = (text: string): readonly string[] => check(text, LABEL, LABEL_TEXT, 63);
export const dns1123SubdomainErrors = (text: string): readonly string[] => check(text, SUBDOMAIN, SUBDOMAIN_TEXT, 253);
export const dns1035LabelErrors = (text: string): readonly string[] => check(text, DNS1035, DNS1035_TEXT, 63);
export const labelValueErrors = (text: string): readonly string[] => check(text, LABEL_VALUE, LABEL_VALUE_TEXT, 63);

/** Names of objects, or the base of a generated name, whose trailing dash is going to be followed by more. */
export const nameErrorsOf = (errors: (text: string) => readonly string[]) => (name: string, prefix: boolean): readonly string[] =>
  errors(prefix && name.endsWith('-') ? `${name.slice(0, -1)}a` : name);

/** What every object name must be, whatever else its kind wants: part of a path. */
export function pathSegmentErrors(name: string, prefix: boolean): readonly string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  const errors: string[] = [];
  for (const character of ['/', '%']) if (name.includes(character)) errors.push(`may not contain '${character}'`);
  return errors;
}

/** "app.kubernetes.io/name": an optional DNS prefix and a name. */
export function qualifiedNameErrors(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [`a qualified name ${regexText(
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      QUALIFIED_FORM, 'MyName', 'my.name', '123-abc',
    )} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] as string;
    if (prefix === '') errors.push(`prefix part ${EMPTY_TEXT}`);
    else errors.push(...dns1123SubdomainErrors(prefix).map((each) => `prefix part ${each}`));
  }
  const name = parts[parts.length - 1] as string;
  if (name === '') errors.push(`name part ${EMPTY_TEXT}`);
  else if (name.length > 63) errors.push(`name part ${maxLengthText(63)}`);
  if (!QUALIFIED.test(name)) errors.push(`name part ${QUALIFIED_TEXT}`);
  return errors;
}
