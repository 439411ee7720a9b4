/** The learner's host: a Debian-like machine with bash, the usual tools and kubectl. Inputs come over the channel "shell";
 *  what programs print leaves as outputs of the session. */
import { utf8 } from '../base/bytes.ts';
import { Queue } from '../base/queue.ts';
import { disposable } from '../base/dispose.ts';
import type { Settle } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import { TransportError } from '../api/transport.ts';
import type { Transport } from '../api/transport.ts';
import { FileError } from '../cri/files.ts';
import type { FileSystem } from '../cri/files.ts';
import { createHost } from '../cri/host.ts';
import type { Host } from '../cri/host.ts';
import type { Toolbox } from '../cri/image-store.ts';
import { createMemoryFiles, joinPath, readText } from '../cri/memory-files.ts';
import type { NetworkNamespace } from '../cri/network.ts';
import type { OutputStream, Process, Program } from '../cri/process.ts';
import { pacedOutput, SCREEN } from '../cri/paced.ts';
import { callbackOutput } from '../cri/streams.ts';
import { createTerminal } from '../cri/terminal.ts';
import type { Terminal } from '../cri/terminal.ts';
import { createShell, runLine } from '../sh/main.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import type { Mux } from '../transport/mux.ts';
import type { Completions } from './completion.ts';
import { EDITORS, editorProgram, kubectlProgram, kustomizeProgram, laterProgram } from './host-programs.ts';
import { gitProgram } from './git-program.ts';
import { openProgram } from './open-program.ts';
import { listFiles } from './home-files.ts';
import { outputChannel, SHELL_CHANNEL } from './protocol.ts';
import type { ShellAnswer, ShellInput, ShellOutput, ShellQuestion } from './protocol.ts';
import { absentPrograms } from './absent-programs.ts';
import { withPages } from './page-network.ts';
import { pagesOf } from './pages.ts';
import type { Published } from './pages.ts';

export interface LearnerHostOptions {
  readonly context: MachineContext;
  readonly mux: Mux;
  /** To the apiserver, as the administrator. */
  readonly transport: Transport;
  /** The same over links that leave no trace in history: completion asks there. */
  readonly quiet: Transport;
  readonly net: NetworkNamespace;
  readonly toolbox: Toolbox;
  /** Files of the home directory at the start; also the pages that URLs find. */
  readonly files: Readonly<Record<string, string>>;
  /** For the kubeconfig, which is written again when they are there. */
  readonly credentials?: () => Promise<LearnerCredentials>;
  /** The pages of add-ons. */
  readonly published: Published;
  /** The apiserver's address, for the kubeconfig. */
  readonly server: string;
}

export const HOME = '/root';
const PROMPT = '\x1b[35m\\w \\$\x1b[0m ';

interface OpenSession {
  readonly id: string;
  readonly root: Process;
  readonly terminal: Terminal;
  readonly commands: Queue<{ readonly id: number; readonly line: string }>;
  readonly edits: Map<number, Settle<string | undefined>>;
  /** Programs that want to know the size of the terminal. */
  readonly resized: Set<(columns: number, rows: number) => void>;
  editCount: number;
  /** A command runs. */
  busy: boolean;
  interrupt(): void;
}

export interface Editing {
  /** Asks the page to edit a text; undefined: nothing was saved. */
  edit(tty: string, request: { readonly path: string; readonly text: string; readonly language: string }, process: Process): Promise<string | undefined>;
  raw(tty: string, on: boolean): void;
  onResize(tty: string, changed: (columns: number, rows: number) => void): Disposable;
}

export function createLearnerHost(options: LearnerHostOptions): void {
  const { context, mux, files } = options;
  const home = createMemoryFiles({ now: () => context.clock.now() });
  for (const [path, text] of Object.entries(files)) writeFile(`/${path}`, text);
  writeFile('/.kube/config', kubeconfig(options.server));
  const sessions = new Map<string, OpenSession>();
  const editing = createEditing(context, sessions);
  const host = openHost(options, home, editing);
  const channel = mux.channel(SHELL_CHANNEL);
  const { credentials } = options;
  if (credentials !== undefined) {
    context.spawn('credentials', async () => {
      const made = await credentials();
      const config = kubeconfig(options.server, made);
      writeFile('/.kube/config', config);
      for (const [path, text] of Object.entries({ ...made.files, '/etc/kubernetes/admin.conf': config })) {
        host.files.makeDirectory(joinPath(path, '..'), { recursive: true });
        host.files.writeFile(path, text);
      }
    });
  }

  function writeFile(path: string, text: string): void {
    home.makeDirectory(joinPath(path, '..'), { recursive: true });
    home.writeFile(path, text);
  }

  function receive(input: ShellInput): void {
    switch (input.k) {
      case 'open':
        if (!sessions.has(input.session)) sessions.set(input.session, openSession(context, host, input));
        return;
      case 'write-file':
        writeFile(joinPath('/', input.path), input.text);
        return;
      case 'remove-file':
        if (home.exists(joinPath('/', input.path))) home.remove(joinPath('/', input.path), { recursive: true });
        return;
      default: {
        const session = sessions.get(input.session);
        if (!session) return;
        if (input.k === 'close') sessions.delete(input.session);
        if (input.k === 'data' && !session.busy) context.output(outputChannel(input.session), { k: 'typed', text: input.data } satisfies ShellOutput);
        else toSession(session, input);
      }
    }
  }

  async function answer(from: string, question: ShellQuestion): Promise<void> {
    const send = (body: ShellAnswer): void => { channel.send(from, body); };
    if (question.k === 'list-files') send({ k: 'files', id: question.id, files: listFiles(home) });
    else if (question.k === 'read-file') {
      const path = joinPath('/', question.path);
      const isFile = home.exists(path) && home.stat(path).type === 'file';
      send({ k: 'file', id: question.id, ...(isFile && { text: readText(home, path) }) });
    } else {
      send({ k: 'completions', id: question.id, ...await completions(question) });
    }
  }

  /** A cluster that does not answer completes nothing. */
  async function completions({ session, line, cursor }: Extract<ShellQuestion, { readonly k: 'complete' }>): Promise<Completions> {
    const root = sessions.get(session)?.root ?? host.root;
    try {
      const { complete } = await context.external(import('./completion.ts'));
      const namespace = namespaceOf(home);
      return await complete({ line, cursor, files: host.files, cwd: root.cwd, programs: programNames(host), transport: options.quiet, namespace });
    } catch (error) {
      if (error instanceof TransportError || error instanceof ApiError || error instanceof FileError) return { start: cursor, words: [] };
      throw error;
    }
  }

  channel.onMessage((from, body) => {
    const message = body as ShellInput | ShellQuestion;
    if (message.k === 'complete' || message.k === 'list-files' || message.k === 'read-file') context.spawn('answer', () => answer(from, message));
    else receive(message);
  });
}

function openHost(options: LearnerHostOptions, home: ReturnType<typeof createMemoryFiles>, editing: Editing): Host {
  const { context, net, toolbox, files, transport, server } = options;
  const pages = pagesOf(files, options.published);
  const program = kubectlProgram({ transport, server }, editing, pages);
  const editor = editorProgram(editing);
  const programs: Record<string, Program> = {
    '/usr/local/bin/kubectl': program, '/usr/local/bin/k': program, '/usr/local/bin/kustomize': kustomizeProgram(editing, pages),
    '/usr/local/bin/yq': laterProgram(async () => (await import('./yq-program.ts')).yqProgram()),
    '/usr/local/bin/minikube': laterProgram(async () => (await import('./minikube-program.ts')).minikubeProgram()),
    '/usr/bin/git': gitProgram(files), ...absentPrograms(),
  };
  for (const name of ['open', 'xdg-open']) programs[`/usr/bin/${name}`] = openProgram();
  for (const name of EDITORS) programs[`/usr/bin/${name}`] = editor;
  return createHost({
    world: context, hostname: 'learner', net, netView: (inner) => withPages(inner, pages), toolbox, programs,
    home: { path: HOME, files: home }, etc: { '/etc/kubernetes/admin.conf': kubeconfig(server) },
    env: { KUBECONFIG: `${HOME}/.kube/config`, EDITOR: 'vi', KUBE_EDITOR: 'vi', PS1: PROMPT },
  });
}

function toSession(session: OpenSession, input: Exclude<ShellInput, { readonly k: 'open' | 'write-file' | 'remove-file' }>): void {
  switch (input.k) {
    case 'line':
      session.commands.push({ id: input.id, line: input.line });
      return;
    case 'data':
      session.terminal.feed(utf8(input.data));
      return;
    case 'eof':
      session.terminal.feed(utf8('\x04'));
      return;
    case 'signal':
      session.interrupt();
      return;
    case 'resize':
      session.terminal.size = { columns: input.columns, rows: input.rows };
      for (const changed of session.resized) changed(input.columns, input.rows);
      return;
    case 'edited': {
      const settle = session.edits.get(input.id);
      session.edits.delete(input.id);
      settle?.resolve(input.text);
      return;
    }
    case 'close':
      session.terminal.hangUp();
      session.commands.close();
  }
}

function openSession(context: MachineContext, host: Host, { session: id, columns, rows }: Extract<ShellInput, { readonly k: 'open' }>): OpenSession {
  const print = (output: ShellOutput): void => context.output(outputChannel(id), output);
  const decoder = new TextDecoder();
  const screenOf = (name: 'stdout' | 'stderr'): OutputStream =>
    ({ ...callbackOutput((data) => print({ k: 'text', stream: name, text: decoder.decode(data) })), isTerminal: true });
  const stream = (name: 'stdout' | 'stderr') => pacedOutput(context, screenOf(name), SCREEN);
  let interrupt = (): void => undefined;
  // Echo is what the person sees of their own keys; it is no program's output.
  const screen = callbackOutput((data) => print({ k: 'echo', text: decoder.decode(data) }));
  const terminal = createTerminal(context, screen, { columns, rows }, () => interrupt());
  const tty = { get columns() { return terminal.size.columns; }, get rows() { return terminal.size.rows; } };
  const { root, interrupt: interruptAll } = host.session({ stdin: terminal.stdin, stdout: stream('stdout'), stderr: stream('stderr'), tty, env: { GPG_TTY: id } });
  const shell = createShell(root, { kind: 'bash', interactive: true, name: '-bash' });
  interrupt = () => {
    interruptAll();
    shell.interrupt();
  };
  const session: OpenSession = { id, root, terminal, commands: new Queue(context), edits: new Map(), resized: new Set(), editCount: 0, busy: false, interrupt };
  context.spawn(`session ${id}`, async () => {
    let typed = '';
    for (;;) {
      session.busy = false;
      print({ k: 'prompt', text: promptOf(root) });
      if (typed !== '') print({ k: 'typed', text: typed });
      const command = await session.commands.take();
      if (!command) return;
      session.busy = true;
      const { status, exited } = await runLine(shell, command.line);
      terminal.raw = false;
      typed = terminal.flush();
      print({ k: 'done', id: command.id, exitCode: status });
      if (!exited) continue;
      print({ k: 'closed', exitCode: status });
      return;
    }
  });
  return session;
}

/** \w and \$ are all that our own PS1 and most of the learners' ask for; the rest stands for itself. */
function promptOf(root: Process): string {
  const { env, cwd } = root;
  const home = env.get('HOME') ?? HOME;
  const shown = cwd === home ? '~' : cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
  const parts: Readonly<Record<string, string>> = {
    '\\w': shown, '\\W': shown === '~' ? '~' : cwd.slice(cwd.lastIndexOf('/') + 1), '\\$': '$', '\\u': root.user.name, '\\h': root.hostname, '\\n': '\r\n', '\\[': '', '\\]': '', '\\e': '\x1b',
  };
  return (env.get('PS1') ?? PROMPT).replace(/\\033/g, '\x1b').replace(/\\./g, (escape) => parts[escape] ?? escape);
}

const BIN = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'] as const;
const BUILTINS = ['alias', 'cd', 'echo', 'exit', 'export', 'history', 'jobs', 'kill', 'pwd', 'read', 'set', 'source', 'type', 'unset', 'wait'] as const;

function programNames(host: Host): readonly string[] {
  return [...BUILTINS, ...BIN.flatMap((folder) => (host.files.exists(folder) ? host.files.readDirectory(folder) : []))];
}

/** The namespace that `kubectl config set-context --current --namespace` chose. */
function namespaceOf(home: FileSystem): string {
  const text = home.exists('/.kube/config') ? readText(home, '/.kube/config') : '';
  return /^ +namespace: (\S+)$/m.exec(text)?.[1] ?? 'default';
}

function createEditing(context: MachineContext, sessions: ReadonlyMap<string, OpenSession>): Editing {
  return {
    async edit(tty, request, process) {
      const session = sessions.get(tty);
      if (!session) return undefined;
      session.editCount += 1;
      const id = session.editCount;
      context.output(outputChannel(tty), { k: 'edit', id, ...request } satisfies ShellOutput);
      return process.world.suspend<string | undefined>((settle) => {
        session.edits.set(id, settle);
        return disposable(() => session.edits.delete(id));
      });
    },
    raw(tty, on) {
      const session = sessions.get(tty);
      if (session) session.terminal.raw = on;
      context.output(outputChannel(tty), { k: 'raw', on } satisfies ShellOutput);
    },
    onResize(tty, changed) {
      const session = sessions.get(tty);
      session?.resized.add(changed);
      return disposable(() => session?.resized.delete(changed));
    },
  };
}

/** PEM in base64. */
export interface LearnerCredentials {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Files outside of the home directory. */
  readonly files: Readonly<Record<string, string>>;
}

function kubeconfig(server: string, credentials?: LearnerCredentials): string {
  const user = credentials === undefined ? ' {}' : `\n    client-certificate-data: ${credentials.certificate}\n    client-key-data: ${credentials.key}`;
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${credentials?.authority ?? 'DATA+OMITTED'}
    server: ${server}
  name: tabernetes
contexts:
- context:
    cluster: tabernetes
    user: kubernetes-admin
  name: kubernetes-admin@tabernetes
current-context: kubernetes-admin@tabernetes
kind: Config
preferences: {}
users:
- name: kubernetes-admin
  user:${user}
`;
}
