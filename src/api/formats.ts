/** The formats of OpenAPI that custom resources are checked for; others mean nothing.
 *  Upstream: k8s.io/kube-openapi/pkg/validation/strfmt, staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go */
import { fromBase64 } from '../base/bytes.ts';
import { parseGoDuration, parseTime } from '../base/time.ts';
import { ipFamily, isRange } from './ip.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const uuidOf = (version: string): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i');
const fits =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);
const HOST = /^([a-zA-Z0-9_]|[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}[a-zA-Z0-9_])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,62}[a-zA-Z0-9]))*\.?$/;

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => fromBase64(text) !== undefined,
  cidr: isRange,
  creditcard: fits(/^\d(?:[ -]?\d){12,18}$/),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(parseTime(`${text}T00:00:00Z`)),
  'date-time': (text) => !Number.isNaN(parseTime(text)),
  datetime: (text) => !Number.isNaN(parseTime(text)),
  duration: (text) =>
    !Number.isNaN(parseGoDuration(text)) || /^\d+\s*(ns|us|ms|s|m|h|d|w|days?|weeks?|hours?|minutes?|seconds?)$/.test(text),
  email: fits(/^[^\s@<>()[\],;:"]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/),
  hexcolor: fits(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  hostname: (text) => text.length <= 255 && HOST.test(text),
  ipv4: (text) => ipFamily(text) === 'IPv4',
  ipv6: (text) => ipFamily(text) === 'IPv6',
  isbn: (text) => /^(?:\d{9}[\dX]|\d{13})$/.test(text.replace(/[- ]/g, '')),
  isbn10: (text) => /^\d{9}[\dX]$/.test(text.replace(/[- ]/g, '')),
  isbn13: (text) => /^\d{13}$/.test(text.replace(/[- ]/g, '')),
  mac: fits(/^(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/),
  bsonobjectid: fits(/^[0-9a-fA-F]{24}$/),
  rgbcolor: fits(/^rgb\(\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*\)$/),
  ssn: fits(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  uri: fits(/^(?:[A-Za-z][A-Za-z0-9+.-]*:[^\s]*|\/[^\s]*)$/),
  uuid: fits(UUID),
  uuid3: fits(uuidOf('3')),
  uuid4: fits(uuidOf('4')),
  uuid5: fits(uuidOf('5')),
};

/** Whether the text has the format; true for formats that nobody checks. */
export const hasFormat = (text: string, format: string): boolean => FORMATS[format]?.(text) ?? true;
