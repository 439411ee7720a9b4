/** The shells, as tables: a script, what it prints, what it says, how it ends. */
import { describe, expect, it } from 'vitest';
import { isIncomplete } from '../../src/sh/incomplete.ts';
import { runScript } from './run.ts';

type Row = readonly [script: string, out: string, rest?: { readonly err?: string; readonly code?: number; readonly kind?: 'bash' | 'dash' | 'busybox'; readonly stdin?: string }];

const table = (rows: readonly Row[]): void => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', async (script, [, out, rest = {}]) => {
    const ran = await runScript(script, rest);
    expect({ out: ran.out, err: ran.err, code: ran.code }).toEqual({ out, err: rest.err ?? '', code: rest.code ?? 0 });
  });
};

it('copies what a substitution holds, without zero bytes, and pays for it', async () => {
  expect(await runScript('X=$(printf "a\\0b\\n\\n"); echo "$X-"')).toMatchObject({ out: 'ab-\n' });
  const ran = await runScript('X=$(head -c 50M </dev/zero); Y=$(echo late); echo "[$X]$Y"');
  expect(ran.out).toBe('[]late\n');
  expect(ran.tookMs).toBeGreaterThan(500);
});

describe('expansion', () => table([
  ['echo "$HOME" ~ ~/x', '/root /root /root/x\n'],
  ['x="a b"; echo $x "$x" \'$x\'', 'a b a b $x\n'],
  ['set -- 1 "2 3"; for i in "$@"; do echo "[$i]"; done; echo $#', '[1]\n[2 3]\n2\n'],
  ['for i in $(echo a b); do echo $i; done', 'a\nb\n'],
  ['echo ${u:-d} ${u:=e} $u ${u:+f} ${#u}', 'd e e f 1\n'],
  ['f=a/b/c.tar.gz; echo ${f##*/} ${f%.*} ${f%%.*} ${f#*/} ${f/b/X} ${f//[ac]/_}', 'c.tar.gz a/b/c.tar a/b/c b/c.tar.gz a/X/c.tar.gz _/b/_.t_r.gz\n'],
  ['s=hello; echo ${s:1:3} ${s: -2} ${s^} ${s^^}', 'ell lo Hello HELLO\n'],
  ['echo $((2**10)) $((7/2)) $((-7%3)) $((1<2&&3)) $((0x1f)) $((010))', '1024 3 -1 1 31 8\n'],
  ['i=5; ((i++)); echo $i; ((i>100)) || echo small', '6\nsmall\n'],
  ['a=(x "y z" w); a+=(v); echo ${#a[@]} "${a[1]}" ${a[-1]}; for e in "${a[@]}"; do echo "<$e>"; done', '4 y z v\n<x>\n<y z>\n<w>\n<v>\n'],
  ['declare -A m; m[k]=v; m[j]=w; echo ${m[k]} ${#m[@]} ${!m[@]}', 'v 2 k j\n'],
  ['echo {a,b}{1,2} {1..3} {01..03} {c..a}', 'a1 a2 b1 b2 1 2 3 01 02 03 c b a\n'],
  ["echo $'a\\tb' \"a\\\"b\" a\\ b", 'a\tb a"b a b\n'],
  ['cd /tmp; touch a.txt b.txt c.md; echo *.txt [ab]*.txt *.none', 'a.txt b.txt a.txt b.txt *.none\n'],
  ['cd /tmp; touch f1 f2 "g("; i=1; echo f[$i] g[\\(] g["("] f[!1]', 'f1 g( g( f2\n'],
  ['echo {.items[*].a[?\\(@.t==\\"I\\"\\)].b} x["y"z] [\\(]', '{.items[*].a[?(@.t=="I")].b} x[yz] [(]\n'],
  ['IFS=,; x=a,b; set -- $x; echo $1 $2', 'a b\n'],
  ['x=1; (x=2; echo $x); echo $x', '2\n1\n'],
  ['echo "$(printf "a\\nb\\n\\n")" | wc -l', '2\n'],
]));

describe('commands', () => table([
  ['echo a && false || echo b; ! false && echo c', 'a\nb\nc\n'],
  ['if [ 1 -lt 2 ] && [[ abc == a* && ! -e /nope ]]; then echo y; else echo n; fi', 'y\n'],
  ['[[ "v1.33" =~ ^v([0-9]+)\\.([0-9]+)$ ]] && echo ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}', '1 33\n'],
  ['case foo.yaml in *.json) echo j;; *.yaml|*.yml) echo y;; esac', 'y\n'],
  ['for ((i=0;i<3;i++)); do [ $i = 1 ] && continue; echo $i; done', '0\n2\n'],
  ['i=0; until [ $i -ge 2 ]; do echo $i; i=$((i+1)); done', '0\n1\n'],
  ['f() { local x=in; echo $x $1 $#; return 3; }; x=out; f a b; echo $? $x', 'in a 2\n3 out\n'],
  ['while read -r a b; do echo "$b/$a"; done <<EOF\n1 2 3\nx y\nEOF', '2 3/1\ny/x\n'],
  ['cat <<-EOF\n\ttabbed $((1+1))\n\tEOF', 'tabbed 2\n'],
  ["cat <<'EOF'\n$HOME `x`\nEOF", '$HOME `x`\n'],
  ['cat <<< "here $((1))"', 'here 1\n'],
  ['echo out; echo err >&2', 'out\n', { err: 'err\n' }],
  ['{ echo a; echo b >&2; } 2>&1 | sort -r', 'b\na\n'],
  ['echo x > /tmp/f; echo y >> /tmp/f; cat < /tmp/f; cat /nope 2>/dev/null || echo none', 'x\ny\nnone\n'],
  ['diff <(echo a) <(echo a) && echo same', 'same\n'],
  ['alias ll="echo listed"; shopt -s expand_aliases; ll x', 'listed x\n'],
  ['eval "x=1; echo \\$x"; . /dev/null; command -v echo; type -t f || echo no', '1\necho\nno\n'],
  ['printf "%-5s|%03d|%x|%.2f\\n" ab 7 255 3.14159; printf "%s," a b c', 'ab   |007|ff|3.14\na,b,c,'],
  ['trap "echo bye" EXIT; echo hi; exit 4', 'hi\nbye\n', { code: 4 }],
  ['while getopts "ab:" o; do echo $o $OPTARG; done', '', {}],
  ['set -- -a -b x; while getopts "ab:" o; do echo $o $OPTARG; done', 'a\nb x\n'],
  ['exec 3>/tmp/f3; echo three >&3; exec 3>&-; cat /tmp/f3', 'three\n'],
  ['echo one two | { read a b; echo $b; }', 'two\n'],
  ['x=$(false) || echo failed; echo ${PIPESTATUS[0]}; true | false | true; echo "${PIPESTATUS[@]}"', 'failed\n0\n0 1 0\n'],
]));

describe('options and errors', () => table([
  ['set -e; false; echo no', '', { code: 1 }],
  ['set -e; if false; then :; fi; false || true; ! true; echo yes', 'yes\n'],
  ['set -u; echo $nope', '', { code: 1, err: 'bash: line 1: nope: unbound variable\n' }],
  ['set -o pipefail; false | true; echo $?', '1\n'],
  ['set -x; x=1; echo $x', '1\n', { err: '+ x=1\n+ echo 1\n' }],
  ['echo ${x:?must be set}', '', { code: 1, err: 'bash: line 1: x: must be set\n' }],
  ['nope', '', { code: 127, err: 'bash: line 1: nope: command not found\n' }],
  ['nope', '', { code: 127, err: 'sh: 1: nope: not found\n', kind: 'dash' }],
  ['nope', '', { code: 127, err: 'sh: nope: not found\n', kind: 'busybox' }],
  ['/etc/passwd', '', { code: 126, err: 'bash: line 1: /etc/passwd: Permission denied\n' }],
  ['/nope/x', '', { code: 127, err: 'bash: line 1: /nope/x: No such file or directory\n' }],
  ['cat < /nope', '', { code: 1, err: 'bash: line 1: /nope: No such file or directory\n' }],
  ['cat < /nope', '', { code: 1, err: "sh: can't open /nope: no such file\n", kind: 'busybox' }],
  ['cd /nope', '', { code: 1, err: 'bash: line 1: cd: /nope: No such file or directory\n' }],
  ['if true; then echo x', '', { code: 2, err: 'bash: line 2: syntax error: unexpected end of file\n' }],
  ['echo $((1/0))', '', { code: 1, err: 'bash: line 1: 1/0: division by 0 (error token is "0")\n' }],
  ['readonly r=1; r=2; echo after', '', { code: 1, err: 'bash: line 1: r: readonly variable\n' }],
  ['cat /nope; ls /nope', '', { code: 1, kind: 'busybox', err: "cat: can't open '/nope': No such file or directory\nls: /nope: No such file or directory\n" }],
  ['cat /nope', '', { code: 1, err: 'cat: /nope: No such file or directory\n' }],
]));

describe('time', () => {
  it('a pipe stops its writer, at once', async () => {
    const ran = await runScript('yes | head -2; echo ${PIPESTATUS[0]}');
    expect(ran).toMatchObject({ out: 'y\ny\n141\n', code: 0 });
    expect(ran.tookMs).toBeLessThan(50);
  });
  it('jobs run beside the shell, and are waited for', async () => {
    const ran = await runScript('sleep 3 & sleep 5 & echo started; wait; echo done');
    expect(ran.out).toBe('started\ndone\n');
    expect(ran.tookMs).toBeGreaterThanOrEqual(5000);
    expect(ran.tookMs).toBeLessThan(5100);
  });
  it('kills a job by its number', async () => {
    const ran = await runScript('sleep 100 & kill %1; wait $!; echo $?');
    expect(ran).toMatchObject({ out: '143\n' });
    expect(ran.tookMs).toBeLessThan(100);
  });
  it('a trap ends a wait', async () => {
    const ran = await runScript('trap "echo got; exit 0" TERM; (sleep 2; kill -TERM $$) & sleep 60 & wait; echo never');
    expect(ran.out).toBe('got\n');
    expect(ran.tookMs).toBeLessThan(3000);
  });
  it('streams through a pipe while the writer goes on', async () => {
    const ran = await runScript('(echo a; sleep 2; echo b) | while read l; do echo "$SECONDS $l"; done');
    expect(ran.out).toBe('0 a\n2 b\n');
  });
  it('a hot loop costs time, so that others go on', async () => {
    const ran = await runScript('(sleep 1; echo > /tmp/stop) & while [ ! -e /tmp/stop ]; do :; done; echo out');
    expect(ran.out).toBe('out\n');
  });
  it('timeout ends what takes too long', async () => {
    const ran = await runScript('timeout 2 sleep 10; echo $?');
    expect(ran.out).toBe('124\n');
    expect(ran.tookMs).toBeLessThan(2100);
  });
  it('tail -f prints what is appended', async () => {
    const ran = await runScript('echo 1 > /tmp/l; timeout 5 tail -f /tmp/l & sleep 1; echo 2 >> /tmp/l; sleep 1; echo 3 >> /tmp/l; wait');
    expect(ran.out).toBe('1\n2\n3\n');
  });
  it('a fork bomb meets the limit of processes and ends', async () => {
    const ran = await runScript(':(){ :|:& };:; sleep 5; echo survived; ps | wc -l', { kind: 'bash', limitMs: 100_000 });
    expect(ran.out).toContain('survived');
  }, 30_000);
});

describe('isIncomplete', () => {
  it.each([
    ['echo a', false], ['echo "a', true], ["echo 'a", true], ['if true; then', true], ['for i in 1 2; do echo $i', true], ['for i in 1 2; do echo $i; done', false], ['cat <<EOF\nx', true],
    ['cat <<EOF\nx\nEOF', false], ['echo a \\', true], ['echo a |', true], ['echo a &&', true], ['f() {', true], ['echo $(ls', true], ['echo )', false], ['', false], ['# comment', false], ['(echo a', true],
  ])('%j: %s', (text, expected) => { expect(isIncomplete(text)).toBe(expected); });
});
