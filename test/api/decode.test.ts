import { describe, expect, it } from 'vitest';
import { freeze } from '../../src/base/json.ts';
import { parseJson } from '../../src/api/json-text.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { decodeAs } from '../../src/api/schema/decode.ts';
import { structOf } from '../../src/api/schema/types.ts';

const pod = (spec: object): object => ({ metadata: { name: 'a' }, spec });
const container = (more: object): object => pod({ containers: [{ name: 'a', ...more }] });

describe('decode', () => {
  it('knows the structure of every kind', () => {
    for (const { kind, definition } of RESOURCES) expect(structOf(definition as string).field('metadata')?.type, kind).toMatchObject({ name: 'ObjectMeta' });
  });

  /** A12 20: encoding/json's words. */
  it.each([
    ['Deployment', { spec: { replicas: 'x' } }, 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['Deployment', { spec: { replicas: 1.5 } }, 'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['Deployment', { spec: 'x' }, 'json: cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec'],
    ['Pod', container({ env: [{ name: 'A', value: 1 }] }), 'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string'],
    ['Pod', container({ command: 'sh' }), 'json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string'],
    ['Pod', pod({ containers: {} }), 'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['Pod', { metadata: { labels: { a: 1 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['Pod', pod({ hostNetwork: 'yes' }), 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    ['Pod', container({ resources: { requests: { cpu: 'lots' } } }), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['Secret', { data: { a: '*' } }, 'illegal base64 data at input byte 0'],
    ['Pod', { metadata: { creationTimestamp: 'now' } }, 'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"'],
  ])('%s: refuses %j', (name, value, message) => {
    expect(() => decodeAs(value, structOf(name))).toThrow(message);
  });

  it.each([
    ['Pod', container({ imag: 'x' }), ['spec.containers[0].imag']],
    ['Deployment', { spec: { foo: 1, template: { spec: { containers: [{}, { imag: 'x' }] } } } }, ['spec.foo', 'spec.template.spec.containers[1].imag']],
    ['ConfigMap', { data: { anything: 'goes' }, dta: {} }, ['dta']],
  ])('%s: finds the unknown in %j', (name, value, unknown) => {
    expect(decodeAs(value, structOf(name)).unknown).toEqual(unknown);
  });

  /** What Go leaves out, what it keeps, what it writes in another way. */
  it.each([
    [container({ resources: { requests: { cpu: '1000m', memory: '1024Mi' } } }), container({ resources: { requests: { cpu: '1', memory: '1Gi' } } })],
    [container({ resources: { limits: { cpu: 2 } } }), container({ resources: { limits: { cpu: '2' } } })],
    [container({ command: [], env: null, tty: false, workingDir: '' }), container({})],
    [container({ env: [{ name: 'A', value: '' }] }), container({ env: [{ name: 'A' }] })],
    [container({ securityContext: {}, resources: {} }), container({ securityContext: {}, resources: {} })],
    [pod({ containers: [], nodeSelector: {}, hostNetwork: false }), pod({ containers: [] })],
    [pod({ containers: [], terminationGracePeriodSeconds: 0 }), pod({ containers: [], terminationGracePeriodSeconds: 0 })],
    [pod({ containers: [], volumes: [{ name: 'v', emptyDir: {} }] }), pod({ containers: [], volumes: [{ name: 'v', emptyDir: {} }] })],
  ])('%j becomes %j', (value, expected) => {
    expect(decodeAs(value, structOf('Pod')).object).toEqual(expected);
  });

  it('shares what it need not change, and walks a frozen part once', () => {
    const value = freeze(container({ image: 'x', resources: { limits: { cpu: '1' } }, env: [{ name: 'A', value: 'b' }, { name: 'B', value: 'c' }] }));
    const cache = new WeakMap();
    const { object } = decodeAs(value, structOf('Pod'), cache);
    expect(object).toBe(value);
    expect(cache.get((value as { spec: object }).spec)).toBe(structOf('PodSpec'));
    expect(decodeAs({ ...value }, structOf('Pod'), cache).unknown).toEqual([]);
    const small = freeze(container({ image: 'x' }));
    expect(decodeAs(small, structOf('Pod'), cache).object).toBe(small);
    expect(cache.get((small as { spec: object }).spec)).toBeUndefined();
  });

  it('does not look again into what it knows', () => {
    const known = container({ image: 'x', resources: { limits: { cpu: 1 } } }) as { spec: { containers: object[] } };
    const patched = { ...known, spec: { ...known.spec, containers: [{ ...known.spec.containers[0], image: '' }], nodeSelector: {} } };
    expect(decodeAs(patched, structOf('Pod'), new WeakMap(), known).object).toEqual(container({ resources: { limits: { cpu: 1 } } }));
    expect(decodeAs(patched, structOf('Pod')).object).toEqual(container({ resources: { limits: { cpu: '1' } } }));
  });
});

describe('JSON text', () => {
  it.each([
    ['{"a":1,"b":{"c":2,"c":3},"a":4}', { a: 4, b: { c: 3 } }, ['b.c', 'a']],
    ['[{"x":1,"x":2}]', [{ x: 2 }], ['[0].x']],
    [' "a\\u0041\\n" ', 'aA\n', []], ['-1.5e3', -1500, []], ['{"__proto__":1}', JSON.parse('{"__proto__":1}') as object, []],
  ])('%s', (text, value, duplicates) => expect(parseJson(text)).toEqual({ value, duplicates }));

  it.each([
    ['', 'unexpected end of JSON input'], ['{', 'unexpected end of JSON input'], ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"], ['{"a" 1}', "invalid character '1' after object key"], ['tru', 'unexpected end of JSON input'],
    ['{"a":1}x', "invalid character 'x' after top-level value"], ['x', "invalid character 'x' looking for beginning of value"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ])('refuses %s', (text, error) => expect(parseJson(text)).toBe(error));
});
