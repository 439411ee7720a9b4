/** The Unix tools, as tables. */
import { describe, expect, it } from 'vitest';
import { runScript } from './run.ts';

type Row = readonly [script: string, out: string, rest?: { readonly err?: string; readonly code?: number; readonly kind?: 'bash' | 'dash' | 'busybox' }];

const table = (rows: readonly Row[]): void => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', async (script, [, out, rest = {}]) => {
    const ran = await runScript(script, rest);
    expect({ out: ran.out, err: ran.err, code: ran.code }).toEqual({ out, err: rest.err ?? '', code: rest.code ?? 0 });
  });
};

const PODS = '{"items":[{"metadata":{"name":"a","labels":{"app":"x"}},"status":{"phase":"Running"},"n":3},{"metadata":{"name":"b"},"status":{"phase":"Pending"},"n":1}]}';
const jq = (program: string, options = '-c'): string => `jq ${options} '${program}' <<'E'\n${PODS}\nE`;

describe('text', () => table([
  ['seq 5 | head -2; seq 5 | tail -n 2; seq 5 | tail -n +4; seq 3 | head -n -1', '1\n2\n4\n5\n4\n5\n1\n2\n'],
  ['printf "b\\na\\nb\\n" | sort | uniq -c; printf "10\\n9\\n" | sort -n; printf "a 2\\nb 1\\n" | sort -k2; printf "v1.10\\nv1.9\\n" | sort -V', '      1 a\n      2 b\n9\n10\nb 1\na 2\nv1.9\nv1.10\n'],
  ['echo a:b:c | cut -d: -f2-; echo abcdef | cut -c2-3; echo HeLLo | tr A-Z a-z; echo aabb | tr -s a; echo a1b | tr -d 0-9', 'b:c\nbc\nhello\nabb\nab\n'],
  ['printf "a b\\nc\\n" | wc; printf "x" | wc -c; printf "a\\nb\\n" > /tmp/f; wc -l /tmp/f', '      2       3       6\n1\n2 /tmp/f\n'],
  ['printf "a\\nb\\n" | paste -sd,; seq 3 | tac; echo abc | rev; seq -s, 3; seq 0 0.5 1', 'a,b\n3\n2\n1\ncba\n1,2,3\n0.0\n0.5\n1.0\n'],
  ['printf "one\\ntwo\\nthree\\n" | grep -n t; printf "x\\n" | grep y; echo $?; echo aXb | grep -io x; printf "a\\nb\\nc\\n" | grep -v b; printf "a\\nb\\nc\\n" | grep -A1 a', '2:two\n3:three\n1\nX\na\nc\na\nb\n'],
  ['echo "k: v1.2" | grep -oE "v[0-9]+\\.[0-9]+"; echo foobar | grep -oP "foo(?=bar)"; grep -c root /etc/passwd', 'v1.2\nfoo\n1\n'],
  ['echo aGVsbG8= | base64 -d; echo; echo -n hello | base64; echo -n hello | sha256sum; echo -n hello | md5sum', 'hello\naGVsbG8=\n2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  -\n5d41402abc4b2a76b9719d911017c592  -\n'],
  ['echo 1 2 3 | xargs -n1 echo n; printf "a\\nb\\n" | xargs -I{} echo "<{}>"', 'n 1\nn 2\nn 3\n<a>\n<b>\n'],
  ['printf "a\\nb\\nc\\n" > /tmp/1; printf "a\\nx\\nc\\n" > /tmp/2; diff /tmp/1 /tmp/2', '2c2\n< b\n---\n> x\n', { code: 1 }],
  ['NAME=world; export NAME; echo "hi \\$NAME \\${NAME}" | envsubst; date -u -d @0 +%Y-%m-%dT%H:%M:%SZ; expr 3 + 4 \\* 2', 'hi world world\n1970-01-01T00:00:00Z\n11\n'],
  ['mkdir -p /tmp/t/d; echo hi > /tmp/t/d/f; cd /tmp; tar czf t.tgz t; rm -r t; tar xzf t.tgz; cat t/d/f; tar tf t.tgz', 'hi\nt/\nt/d/\nt/d/f\n'],
]));

describe('tables and the machine', () => table([
  ['printf "a bb c\\nddd e f\\n" | column -t; printf "x:yy\\nzzz:w\\n" | column -t -s:', 'a    bb  c\nddd  e   f\nx    yy\nzzz  w\n'],
  ['seq 3 | column; printf "a,1\\n" | column -t -s, -N name,n -o "|"', `1       2       3\nname|n\na   |1\n`],
  ['lsb_release -cs; lsb_release -is', 'bookworm\nDebian\n', { err: 'No LSB modules are available.\n'.repeat(2) }],
  ['dpkg --print-architecture; dpkg -i nothing.deb', 'amd64\n', { code: 2, err: "dpkg: error: cannot access archive 'nothing.deb': No such file or directory\n" }],
  ['complete -F _tea t; complete -o default -W "a b" cup; compgen -W "green black" -- b; source /usr/share/bash-completion/bash_completion; ls -d /etc/bash_completion.d',
    'black\n/etc/bash_completion.d\n'],
  ['httping -c 1 nowhere.example', 'PING nowhere.example:80 (http://nowhere.example/):\n--- http://nowhere.example:80/ ping statistics ---\n1 connects, 0 ok, 100.00% failed\n',
    { code: 127, err: 'No valid IPv4 or IPv6 address found for nowhere.example\n' }],
]));

describe('files', () => table([
  ['mkdir -p /tmp/a/b; touch /tmp/a/x; cp -r /tmp/a /tmp/c; mv /tmp/c/x /tmp/c/y; ls -R /tmp/c; rm -rf /tmp/c; ls /tmp', '/tmp/c:\nb\ny\n\n/tmp/c/b:\na\n'],
  ['echo x > /tmp/f; chmod 640 /tmp/f; stat -c "%a %A %s" /tmp/f; chmod u+x,g-r /tmp/f; stat -c %a /tmp/f; ln -s f /tmp/l; readlink /tmp/l; cat /tmp/l', '640 -rw-r----- 2\n700\nf\nx\n'],
  ['find /etc -name "host*" -type f | sort; find /tmp -empty', '/etc/hostname\n/etc/hosts\n/tmp\n'],
  ['mkdir /tmp; rm /tmp; rmdir /etc; cp /nope /tmp', '', { code: 1, err: "mkdir: cannot create directory '/tmp': File exists\nrm: cannot remove '/tmp': Is a directory\nrmdir: failed to remove '/etc': Directory not empty\ncp: cannot stat '/nope': No such file or directory\n" }],
  ['ls -z', '', { code: 2, err: "ls: invalid option -- 'z'\nTry 'ls --help' for more information.\n" }],
  ['id; whoami; hostname; pwd; basename /a/b.c .c; dirname /a/b', 'uid=0(root) gid=0(root) groups=0(root)\nroot\nhost\n/root\nb\n/a\n'],
]));

describe('sed', () => table([
  ["echo foo | sed 's/o/0/'; echo foo | sed 's/o/0/g'; echo foo | sed 's/o/0/2'", 'f0o\nf00\nfo0\n'],
  ["seq 5 | sed -n '2,3p'; seq 3 | sed '2d'; seq 3 | sed '$d'; seq 4 | sed -n '/2/,/3/p'; seq 3 | sed -n '$='", '2\n3\n1\n3\n1\n2\n2\n3\n3\n'],
  ["echo 'image: nginx:1.14' | sed -E 's/(nginx):[0-9.]+/\\1:1.16/'; echo a.b | sed 's/\\./-/'; echo x | sed 's|x|/y/|'; echo ab | sed 's/\\(a\\)\\(b\\)/\\2\\1/'; echo q | sed 's/q/[&]/'", 'image: nginx:1.16\na-b\n/y/\nba\n[q]\n'],
  ["printf 'a: 1\\nb: 2\\n' > /tmp/f; sed -i 's/1/9/; /b/d' /tmp/f; cat /tmp/f; seq 2 | sed '1i\\top'; seq 2 | sed '/1/a after'", 'a: 9\ntop\n1\n2\n1\nafter\n2\n'],
  ["printf 'a\\nb\\nc\\n' | sed ':x;N;$!bx;s/\\n/,/g'; seq 3 | sed 1q; echo Hello | sed 's/.*/\\U&/'", 'a,b,c\n1\nHELLO\n'],
  ["echo x | sed 's/x'", '', { code: 1, err: "sed: -e expression #1, char 3: unterminated `s' command\n" }],
]));

describe('awk', () => table([
  ["printf 'NAME READY\\nweb 1/1\\n' | awk 'NR>1 {print $1}'; echo a:b | awk -F: '{print $2}'; echo a b c | awk '{print $NF, NF}'", 'web\nb\nc 3\n'],
  ["printf 'a 1\\nb 2\\na 3\\n' | awk '{s[$1]+=$2} END {for (k in s) print k, s[k]}' | sort; seq 4 | awk '{t+=$1} END {print t/NR}'", 'a 4\nb 2\n2.5\n'],
  ["awk 'BEGIN {x=\"abc\"; print length(x), substr(x,2,1), toupper(x), index(x,\"c\"); n=split(\"a-b\",p,\"-\"); print n, p[2]; gsub(/b/,\"[&]\",x); print x; printf \"%5.1f|%-3s|%03d\\n\", 3.14159, \"a\", 7}'", '3 b ABC 3\n2 b\na[b]c\n  3.1|a  |007\n'],
  ["seq 5 | awk '/2/,/4/' | tr '\\n' ' '; echo; echo '5 x' | awk '$1 > 3 && $2 ~ /^x$/ {print \"yes\"}'; echo | awk -v n=3 '{while (n-- > 0) printf n}'; echo", '2 3 4 \nyes\n210\n'],
  ["printf '  HTTP/1.1 200 OK\\n' | awk '/^  HTTP/{print $2}'; echo 'a b' | awk '{$2=\"z\"; print; exit 3}'", '200\na z\n', { code: 3 }],
  ["awk 'function f(n) { return n < 2 ? 1 : n * f(n-1) } BEGIN { print f(5); if (!(\"k\" in a)) print \"none\"; delete a; print 1e3, 0.1+0.2, 10 % 3, 2^3 }'", '120\nnone\n1000 0.3 1 8\n'],
]));

describe('jq', () => table([
  ['echo \'{"a":1}\' | jq -c; printf "" | jq; jq --version', '{"a":1}\njq-1.7.1\n'],
  [jq('.items[].metadata.name', '-r'), 'a\nb\n'],
  [jq('.items | map({name: .metadata.name, phase: .status.phase})'), '[{"name":"a","phase":"Running"},{"name":"b","phase":"Pending"}]\n'],
  [jq('.items[] | select(.status.phase == "Running") | .metadata.name'), '"a"\n'],
  [jq('[.items[].n] | add, length, max, (sort | first)'), '4\n2\n3\n1\n'],
  [jq('.items[] | "\\(.metadata.name)=\\(.n)"', '-r'), 'a=3\nb=1\n'],
  [jq('.items[0].metadata.labels | to_entries[] | .key + "=" + .value', '-r'), 'app=x\n'],
  [jq('.items[1].metadata.labels.app // "none"', '-r'), 'none\n'],
  [jq('del(.items[].metadata) | .items[0].n |= . + 1 | .items[1].x = "y"'), '{"items":[{"status":{"phase":"Running"},"n":4},{"status":{"phase":"Pending"},"n":1,"x":"y"}]}\n'],
  [jq('.items[] | [.metadata.name, .n] | @tsv', '-r'), 'a\t3\nb\t1\n'],
  [jq('.items | group_by(.status.phase) | map({(.[0].status.phase): length}) | add'), '{"Pending":1,"Running":1}\n'],
  [jq('reduce .items[] as $i (0; . + $i.n), any(.items[]; .n > 2), ([paths] | length)'), '4\ntrue\n15\n'],
  [jq('.items[0].metadata.name | test("^A$"; "i"), sub("a"; "b"), ascii_upcase'), 'true\n"b"\n"A"\n'],
  ['echo \'{"a":[1,{"b":null}]}\' | jq .', '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ]\n}\n'],
  ["echo '{\"a\":5}' | jq .a.b", '', { code: 5, err: 'jq: error (at <stdin>:0): Cannot index number with "b"\n' }],
  ["jq -n '[limit(3; range(10))] | map(if . == 1 then \"one\" elif . > 1 then . * 2 else empty end)' -c; echo '\"x\"' | jq -r .; jq -n '$ENV.HOME' -r; jq -n --arg a 1 --argjson b 2 '[$a,$b]' -c", '["one",4]\nx\n/root\n["1",2]\n'],
  ["echo '[3,1,2]' | jq -c 'sort, (map(tostring) | join(\"-\")), .[1:], (. as [$x] | $x), index(1), (try error(\"e\") catch .)'", '[1,2,3]\n"3-1-2"\n[1,2]\n3\n1\n"e"\n'],
]));
