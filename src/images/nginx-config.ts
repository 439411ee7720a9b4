/** nginx's configuration language: directives and blocks, includes resolved. */
import type { FileSystem } from '../cri/files.ts';
import { joinPath, readText } from '../cri/memory-files.ts';
import { globFiles } from '../sh/expand.ts';

export interface Directive { readonly name: string; readonly args: readonly string[]; readonly block?: readonly Directive[]; readonly file: string; readonly line: number }

/** What `nginx -t` and the log say: `unknown directive "x" in /etc/nginx/nginx.conf:3`. */
export class ConfigError extends Error {
  constructor(message: string) { super(message); this.name = 'ConfigError'; }
}

const INCLUDE_DEPTH = 8;

interface Token { readonly text: string; readonly quoted: boolean; readonly line: number }

function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (let i = 0; i < text.length;) {
    const char = text[i]!;
    if (char === '\n') { line += 1; i += 1; }
    else if (/\s/.test(char)) i += 1;
    else if (char === '#') { while (i < text.length && text[i] !== '\n') i += 1; }
    else if (char === '{' || char === '}' || char === ';') { tokens.push({ text: char, quoted: false, line }); i += 1; }
    else if (char === '"' || char === "'") {
      let value = '';
      const start = line;
      for (i += 1; text[i] !== char; i += 1) {
        if (i >= text.length) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
        if (text[i] === '\n') line += 1;
        if (text[i] === '\\' && (text[i + 1] === char || text[i + 1] === '\\')) i += 1;
        else if (text[i] === '\\' && text[i + 1] === 'n') { value += '\n'; i += 1; continue; }
        value += text[i];
      }
      i += 1;
      tokens.push({ text: value, quoted: true, line: start });
    } else {
      let value = '';
      while (i < text.length && !/[\s;{}]/.test(text[i]!) || (text[i] === '{' && value.endsWith('$'))) { value += text[i]; i += 1; if (value.endsWith('${')) while (i < text.length && text[i] !== '}') { value += text[i]; i += 1; } if (value.includes('${') && text[i] === '}') { value += '}'; i += 1; } }
      tokens.push({ text: value, quoted: false, line });
    }
  }
  return tokens;
}

export function parseConfig(files: FileSystem, path: string, depth = 0): readonly Directive[] {
  if (depth > INCLUDE_DEPTH) throw new ConfigError(`too many includes in ${path}`);
  const tokens = tokenize(readText(files, path), path);
  let at = 0;
  function block(inner: boolean): Directive[] {
    const out: Directive[] = [];
    for (;;) {
      const first = tokens[at];
      if (first === undefined) {
        if (inner) throw new ConfigError(`unexpected end of file, expecting "}" in ${path}:${tokens[tokens.length - 1]?.line ?? 1}`);
        return out;
      }
      if (first.text === '}' && !first.quoted) {
        if (!inner) throw new ConfigError(`unexpected "}" in ${path}:${first.line}`);
        at += 1;
        return out;
      }
      out.push(...directive(first));
    }
  }
  function directive(first: Token): Directive[] {
    const args: string[] = [];
    at += 1;
    for (;;) {
      const token = tokens[at];
      if (token === undefined) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${path}:${first.line}`);
      at += 1;
      if (token.quoted) { args.push(token.text); continue; }
      if (token.text === ';') break;
      if (token.text === '{') return [{ name: first.text, args, block: block(true), file: path, line: first.line }];
      if (token.text === '}') throw new ConfigError(`unexpected "}" in ${path}:${token.line}`);
      args.push(token.text);
    }
    if (first.text !== 'include') return [{ name: first.text, args, file: path, line: first.line }];
    const pattern = joinPath('/etc/nginx', args[0] ?? '');
    const found = globFiles(files, '/', pattern);
    if (found.length === 0 && !/[*?[]/.test(pattern)) throw new ConfigError(`open() "${pattern}" failed (2: No such file or directory) in ${path}:${first.line}`);
    return found.filter(file => !file.endsWith('mime.types')).flatMap(file => parseConfig(files, file, depth + 1));
  }
  return block(false);
}

const KNOWN: ReadonlySet<string> = new Set(('absolute_redirect access_log add_header alias allow auth_basic auth_basic_user_file autoindex break charset chunked_transfer_encoding client_body_buffer_size '
  + 'client_body_timeout client_header_buffer_size client_header_timeout client_max_body_size daemon default_type deny env error_log error_page etag events expires fastcgi_index fastcgi_param '
  + 'fastcgi_pass fastcgi_split_path_info fastcgi_read_timeout geo gzip gzip_comp_level gzip_http_version gzip_min_length gzip_proxied gzip_types gzip_vary hash http http2 if index internal ip_hash keepalive keepalive_requests '
  + 'keepalive_timeout large_client_header_buffers least_conn limit_conn limit_conn_zone limit_rate limit_req limit_req_zone listen load_module location log_format log_not_found map merge_slashes mime_types '
  + 'multi_accept open_file_cache pid port_in_redirect proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size proxy_cache proxy_cache_path proxy_connect_timeout proxy_hide_header proxy_http_version '
  + 'proxy_next_upstream proxy_pass proxy_read_timeout proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_header proxy_ssl_server_name proxy_ssl_verify proxy_timeout random real_ip_header real_ip_recursive resolver resolver_timeout return '
  + 'rewrite root sendfile sendfile_max_chunk server server_name server_names_hash_bucket_size server_tokens set set_real_ip_from split_clients ssl ssl_certificate ssl_certificate_key ssl_ciphers ssl_prefer_server_ciphers ssl_protocols ssl_session_cache '
  + 'ssl_session_timeout ssl_verify_client ssl_client_certificate stream stub_status sub_filter sub_filter_once tcp_nodelay tcp_nopush thread_pool try_files types types_hash_bucket_size types_hash_max_size underscores_in_headers upstream use user variables_hash_max_size '
  + 'worker_connections worker_processes worker_rlimit_nofile worker_shutdown_timeout zone').split(' '));

/** Throws ConfigError for what nginx does not know. Upstream server lists and maps are free-form. */
export function checkConfig(directives: readonly Directive[], inside = ''): void {
  for (const entry of directives) {
    const free = ['map', 'geo', 'types', 'split_clients'].includes(inside) || (inside === 'upstream' && entry.name === 'server');
    if (!free && !KNOWN.has(entry.name)) throw new ConfigError(`unknown directive "${entry.name}" in ${entry.file}:${entry.line}`);
    if (entry.block !== undefined) checkConfig(entry.block, entry.name);
  }
}
