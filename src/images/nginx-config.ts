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

/** Space and comments, quoted text, punctuation, words (which may hold "${name}"). */
const TOKEN = /\s+|#[^\n]*|"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|([{};])|((?:\$\{[^}\n]*\}|[^\s;{}"'])(?:\$\{[^}\n]*\}|[^\s;{}])*)/y;

function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
    const quoted = found[1] ?? found[2];
    if (quoted !== undefined) tokens.push({ text: quoted.includes('\\') ? quoted.replace(/\\(["'\\n])/g, (_, char: string) => char === 'n' ? '\n' : char) : quoted, quoted: true, line });
    else if (found[3] !== undefined || found[4] !== undefined) tokens.push({ text: found[0], quoted: false, line });
    for (let at = found[0].indexOf('\n'); at >= 0; at = found[0].indexOf('\n', at + 1)) line += 1;
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

const KNOWN: ReadonlySet<string> = new Set(('absolute_redirect access_log add_header alias allow auth_basic auth_basic_user_file autoindex break charset '
  + 'chunked_transfer_encoding client_body_buffer_size '
  + 'client_body_timeout client_header_buffer_size client_header_timeout client_max_body_size daemon default_type deny env error_log error_page etag events expires fastcgi_index fastcgi_param '
  + 'fastcgi_pass fastcgi_split_path_info fastcgi_read_timeout geo gzip gzip_comp_level gzip_http_version gzip_min_length gzip_proxied gzip_types gzip_vary hash '
    + 'http http2 if index internal ip_hash keepalive keepalive_requests '
  + 'keepalive_timeout large_client_header_buffers least_conn limit_conn limit_conn_zone limit_rate limit_req limit_req_zone listen load_module location log_format '
    + 'log_not_found map merge_slashes mime_types '
  + 'multi_accept open_file_cache pid port_in_redirect proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size proxy_cache proxy_cache_path '
    + 'proxy_connect_timeout proxy_hide_header proxy_http_version '
  + 'proxy_next_upstream proxy_pass proxy_read_timeout proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_header proxy_ssl_server_name '
    + 'proxy_ssl_verify proxy_timeout random real_ip_header real_ip_recursive resolver resolver_timeout return '
  + 'rewrite root sendfile sendfile_max_chunk server server_name server_names_hash_bucket_size server_tokens set set_real_ip_from split_clients ssl ssl_certificate '
    + 'ssl_certificate_key ssl_ciphers ssl_prefer_server_ciphers ssl_protocols ssl_session_cache '
  + 'ssl_session_timeout ssl_verify_client ssl_client_certificate stream stub_status sub_filter sub_filter_once tcp_nodelay tcp_nopush thread_pool try_files types '
    + 'types_hash_bucket_size types_hash_max_size underscores_in_headers upstream use user variables_hash_max_size '
  + 'worker_connections worker_processes worker_rlimit_nofile worker_shutdown_timeout zone').split(' '));

/** Throws ConfigError for what nginx does not know. Upstream server lists and maps are free-form. */
export function checkConfig(directives: readonly Directive[], inside = ''): void {
  for (const entry of directives) {
    const free = ['map', 'geo', 'types', 'split_clients'].includes(inside) || (inside === 'upstream' && entry.name === 'server');
    if (!free && !KNOWN.has(entry.name)) throw new ConfigError(`unknown directive "${entry.name}" in ${entry.file}:${entry.line}`);
    if (entry.block !== undefined) checkConfig(entry.block, entry.name);
  }
}
