/** @text, @json, @csv, @tsv, @html, @uri, @sh, @base64, @base64d. */
import { base64, fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { JqError, shown, toText } from './values.ts';
import type { Json } from './values.ts';

const text = (value: Json): string => typeof value === 'string' ? value : toText(value);

function row(value: Json, name: string, cell: (item: string | number | boolean | null) => string): string[] {
  if (!Array.isArray(value)) throw new JqError(`${shown(value)} cannot be ${name}-formatted, only an array can be`);
  return value.map(item => {
    if (item !== null && typeof item === 'object') throw new JqError(`${shown(item)} is not valid in a ${name} row`);
    return cell(item);
  });
}

export function format(name: string, value: Json): string {
  switch (name) {
    case '@text': return text(value);
    case '@json': return toText(value);
    case '@csv': return row(value, 'csv', item => item === null ? '' : typeof item === 'string' ? `"${item.replaceAll('"', '""')}"` : toText(item)).join(',');
    case '@tsv': return row(value, 'tsv', item => item === null ? '' : text(item).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')).join('\t');
    case '@html': return text(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&#39;').replaceAll('"', '&quot;');
    case '@uri': return encodeURIComponent(text(value)).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    case '@sh': {
      const quote = (item: Json): string => {
        if (item !== null && typeof item === 'object') throw new JqError(`${shown(item)} can not be escaped for shell`);
        return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : toText(item);
      };
      return Array.isArray(value) ? value.map(quote).join(' ') : quote(value);
    }
    case '@base64': return base64(text(value));
    case '@base64d': {
      const clean = text(value).replace(/\s|=+$/g, '');
      const bytes = fromBase64(clean.padEnd(Math.ceil(clean.length / 4) * 4, '='));
      if (bytes === undefined || (clean !== '' && bytes.length === 0)) throw new JqError(`${shown(value)} is not valid base64 data`);
      return fromUtf8(bytes);
    }
    default: throw new JqError(`${name.slice(1)} is not a valid format`);
  }
}
