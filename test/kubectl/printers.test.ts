import { describe, expect, it } from 'vitest';
import { strategicPatch } from '../../src/kubectl/three-way.ts';
import { unifiedDiff } from '../../src/kubectl/unified-diff.ts';
import { readTar, writeTar } from '../../src/kubectl/tar.ts';
import { alignTabs, DESCRIBE, TABLE } from '../../src/kubectl/printers/tab-writer.ts';
import { compileGoTemplate } from '../../src/kubectl/printers/go-template.ts';
import { compileJsonPath } from '../../src/kubectl/printers/json-path.ts';

const POD = { kind: 'Pod', metadata: { name: 'p', labels: { 'a.b/c': 'x', tier: 'web' } }, spec: { containers: [{ name: 'a', image: 'i1' }, { name: 'b', image: 'i2', ports: [{ port: 80 }] }] } };

describe('tabs become columns', () => {
  it.each([
    ['a\tb\nlonger\tb\n', TABLE, 'a        b\nlonger   b\n'],
    ['a\tb\nnone\nlonger\tb\n', DESCRIBE, 'a  b\nnone\nlonger  b\n'],
    ['\tx\t\nab\ty\t\n', DESCRIBE, '    x  \nab  y  \n'],
  ])('%j', (text, options, aligned) => expect(alignTabs(text, options)).toBe(aligned));
});

describe('jsonpath', () => {
  it.each([
    ['{.metadata.name}', 'p'],
    ["{.metadata.labels['a\\.b/c']}", 'x'],
    ['{.metadata.labels.a\\.b/c}', 'x'],
    ['{.spec.containers[*].name}', 'a b'],
    ['{.spec.containers[-1].image}', 'i2'],
    ['{.spec.containers[0:1].image}', 'i1'],
    ['{.spec.containers[].image}', 'i1'],
    ['{.spec.containers[?(@.name=="b")].image}', 'i2'],
    ['{.spec.containers[?(@.ports)].name}', 'b'],
    ['{range .spec.containers[*]}{.name}={.image}{"\\n"}{end}', 'a=i1\nb=i2\n'],
    ["{.metadata['name','labels']}", 'p {"a.b/c":"x","tier":"web"}'],
    ['{..port}', '80'],
    ['name: {.metadata.name}!', 'name: p!'],
    ['{.nothing.here}', ''],
  ])('%s', (template, text) => expect(compileJsonPath(template, true).print(POD)).toBe(text));
});

describe('go templates', () => {
  it.each([
    ['{{.metadata.name}}', 'p'],
    ['{{range .spec.containers}}{{.name}} {{end}}', 'a b '],
    ['{{range $i, $c := .spec.containers}}{{$i}}{{$c.name}}{{end}}', '0a1b'],
    ['{{if eq .metadata.name "p"}}yes{{else}}no{{end}}', 'yes'],
    ['{{with .spec.none}}x{{else}}none{{end}}', 'none'],
    ['{{index .metadata.labels "tier"}} {{len .spec.containers}}', 'web 2'],
    ['{{- printf "%s-%d" .metadata.name 3 -}}', 'p-3'],
    ['{{.spec.none}}', '<no value>'],
    ['{{.metadata.labels}}', 'map[a.b/c:x tier:web]'],
    ['{{(index .spec.containers 0).image}}', 'i1'],
  ])('%s', (template, text) => expect(compileGoTemplate(template, true)(POD)).toBe(text));
});

describe('the three-way patch', () => {
  const container = (name: string, image: string): object => ({ name, image });
  it.each([
    ['adds', {}, { spec: { replicas: 3 } }, { spec: {} }, { spec: { replicas: 3 } }],
    ['leaves what others set', { spec: {} }, { spec: {} }, { spec: { replicas: 5 } }, {}],
    ['removes what the file had', { spec: { a: 1 } }, { spec: {} }, { spec: { a: 1, b: 2 } }, { spec: { a: null } }],
    ['merges containers by name', { containers: [container('a', '1')] }, { containers: [container('a', '2')] }, { containers: [container('a', '1'), container('side', 'x')] },
      { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ image: '2', name: 'a' }] }],
    ['deletes a container that the file had', { containers: [container('a', '1'), container('b', '1')] }, { containers: [container('a', '1')] },
      { containers: [container('a', '1'), container('b', '1')] }, { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ $patch: 'delete', name: 'b' }] }],
    [
      'elements with one key meet in their order',
      { ports: [{ containerPort: 53, name: 'tcp' }, { containerPort: 53, name: 'udp', protocol: 'UDP' }] },
      { ports: [{ containerPort: 53, name: 'tcp' }, { containerPort: 53, name: 'udp', protocol: 'UDP' }] },
      { ports: [{ containerPort: 53, name: 'tcp', protocol: 'TCP' }, { containerPort: 53, name: 'udp', protocol: 'UDP' }] },
      {},
    ],
  ])('%s', (_, original, modified, current, patch) => expect(strategicPatch(original, modified, current)).toEqual(patch));
});

describe('diff -u', () => {
  it('shows three lines around a change', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `l${i}`);
    const changed = lines.map((l) => (l === 'l6' ? 'new' : l));
    expect(unifiedDiff(`${lines.join('\n')}\n`, `${changed.join('\n')}\n`)).toBe('@@ -4,7 +4,7 @@\n l3\n l4\n l5\n-l6\n+new\n l7\n l8\n l9\n');
    expect(unifiedDiff('a\n', 'a\n')).toBe('');
    expect(unifiedDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b\n');
  });
});

describe('tar', () => {
  it('reads what it writes', () => {
    const entries = [{ name: 'd/', data: new Uint8Array(), mode: 0o755, directory: true }, { name: 'd/f', data: new TextEncoder().encode('hello'), mode: 0o644, directory: false }];
    expect(readTar(writeTar(entries))).toEqual(entries);
  });
});
