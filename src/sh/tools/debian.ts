/** dpkg and lsb_release, as scripts ask them: for the architecture, what is installed, and the release. */
import { readText } from '../../cri/memory-files.ts';
import type { Tool } from '../tool.ts';
import { PACKAGES } from './packages.ts';

const LIST_HEAD =
  'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n' +
  '||/ Name           Version      Architecture Description\n';

export const dpkg: Tool = async (process) => {
  const [, verb, ...names] = process.argv;
  const known = names.filter((name) => Object.hasOwn(PACKAGES, name));
  switch (verb) {
    case '--print-architecture':
      await process.stdout.write('amd64\n');
      return 0;
    case '--print-foreign-architectures':
    case '--configure':
      return 0;
    case '-l':
    case '--list':
      await process.stdout.write(LIST_HEAD + known.map((name) => `ii  ${name.padEnd(14)} 1.0          amd64        ${name}\n`).join(''));
      break;
    case '-s':
    case '--status':
      await process.stdout.write(known.map((name) => `Package: ${name}\nStatus: install ok installed\n`).join(''));
      break;
    case '-i':
    case '--install':
      await process.stderr.write(`dpkg: error: cannot access archive '${names[0] ?? ''}': No such file or directory\n`);
      return 2;
    default:
      await process.stderr.write('dpkg: error: need an action option\n');
      return 2;
  }
  const unknown = names.filter((name) => !known.includes(name));
  await process.stderr.write(unknown.map((name) => `dpkg-query: no packages found matching ${name}\n`).join(''));
  return unknown.length === 0 ? 0 : 1;
};

const RELEASE: readonly (readonly [letter: string, long: string, name: string, key: string])[] = [
  ['i', 'id', 'Distributor ID', 'NAME'],
  ['d', 'description', 'Description', 'PRETTY_NAME'],
  ['r', 'release', 'Release', 'VERSION_ID'],
  ['c', 'codename', 'Codename', 'VERSION_CODENAME'],
];

/** Out of /etc/os-release. */
export const lsbRelease: Tool = async (process) => {
  const options = process.argv.slice(1);
  const given = (letter: string, long: string): boolean =>
    options.some((option) => option === `--${long}` || (/^-[a-z]+$/.test(option) && option.includes(letter)));
  const text = process.files.exists('/etc/os-release') ? readText(process.files, '/etc/os-release') : '';
  const valueOf = (key: string): string =>
    (new RegExp(`^${key}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? 'n/a').replace(/^Debian GNU\/Linux$/, 'Debian');
  const wanted = RELEASE.filter(([letter, long]) => given('a', 'all') || given(letter, long));
  await process.stderr.write('No LSB modules are available.\n');
  await process.stdout.write(wanted.map(([, , name, key]) => `${given('s', 'short') ? '' : `${name}:\t`}${valueOf(key)}\n`).join(''));
  return 0;
};
