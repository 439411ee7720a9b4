/** The static site: works from any sub-path, without special headers, under a strict content security policy. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only the built page carries the policy: the development server writes an inline script of its own. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
  };
}

/** `vite --mode stand-in` shows the page over a scripted cluster, to work on the picture without the engine. */
function standIn(): Plugin {
  return {
    name: 'stand-in',
    enforce: 'pre',
    apply: (_config, env) => env.mode === 'stand-in',
    resolveId: (source) => (source.endsWith('open-sandbox.ts') ? here('test/page/stand-in.ts') : undefined),
  };
}

const PRETTIER_STUB = here('src/ui/editor/no-prettier.ts');

export default defineConfig({
  base: './',
  // The hash of the engine's sources, which every journal names.
  define: { __ENGINE__: JSON.stringify(process.env['TABERNETES_ENGINE'] ?? 'dev') },
  plugins: [standIn(), react(), contentSecurityPolicy()],
  resolve: {
    alias: [
      // monaco-worker-manager asks for a path that monaco's exports no longer have.
      { find: /^monaco-editor\/esm\/vs\/(.*)$/, replacement: 'monaco-editor/$1' },
      // monaco-yaml's formatter is not used, and it is 100 KB.
      { find: /^prettier\/(standalone|plugins\/.*)(\.js|\.mjs)?$/, replacement: PRETTIER_STUB },
      { find: 'node:zlib', replacement: here('src/ui/no-zlib.ts') },
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Monaco comes in pieces: links for all that each stands on would hold up the page longer than the pieces do.
    modulePreload: { polyfill: false, resolveDependencies: (_file, deps, { hostId }) => (/\bmonaco-/.test(hostId) ? [] : deps) },
    chunkSizeWarningLimit: 4000,
    reportCompressedSize: false,
    sourcemap: false,
    assetsInlineLimit: 0,
  },
  optimizeDeps: {
    include: [
      'comlink',
      'yaml',
      'unbash',
      'idb',
      'zustand',
      'react-dom/client',
      'monaco-editor/editor',
      'monaco-yaml',
      'monaco-yaml/yaml.worker.js',
      '@xterm/xterm',
      '@xterm/addon-fit',
      '@xterm/addon-webgl',
    ],
  },
  server: { host: '127.0.0.1' },
});
