/** What stands in for an image that is not in the catalogue: a web server on the ports that the Pod declares, which says
 *  in its log that it is one.
 *  Differs from Kubernetes: an image of a known registry that the catalogue lacks runs as a generic server; its own program
 *  is not there, but the usual tools are (curl, jq, watch). `kubectl describe` and the container's log say so. */
import { answerHealth } from '../cri/grpc-health.ts';
import { serveHttp } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { Image, Process, Program } from '../cri/process.ts';
import { anyTag } from './tags.ts';
import { textAnswer, untilStopped } from './web.ts';

/** Where images listen that declare nothing. */
const USUAL_PORTS = [80, 8080, 3000, 5000, 8000, 8443, 9090, 9898] as const;
const BASE_BYTES = 24_000_000;

export const GENERIC_NOTE = 'This image is not in the simulator\'s catalogue: it runs as a generic server on its declared ports.';

function portsOf(process: Process): readonly number[] {
  const declared = (process.env.get('TABERNETES_PORTS') ?? '').split(',').map(Number).filter(port => port > 0);
  const wanted = [process.env.get('PORT'), process.env.get('SERVER_PORT')].map(Number).filter(port => port > 0 && port < 65_536);
  return [...new Set([...declared, ...wanted])];
}

/** Listens and answers; the name is what it calls itself. */
export function genericServer(name: string): Program {
  return async process => {
    const declared = portsOf(process);
    const ports = declared.length > 0 ? declared : USUAL_PORTS;
    const opened: number[] = [];
    for (const port of ports) {
      try {
        serveHttp(process.world, process.net, port, request => answerHealth(request, () => 'SERVING') ?? textAnswer(200, `${name}\nHostname: ${process.hostname}\nPath: ${request.target}\n`));
        opened.push(port);
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
      }
    }
    process.useMemory(12_000_000);
    await process.stdout.write(`${GENERIC_NOTE}\nimage: ${name}\ncommand: ${process.argv.join(' ')}\nlistening on ${opened.length === 0 ? 'no port: all are taken' : `port ${opened.join(', ')}`}\n`);
    await untilStopped(process);
    return 0;
  };
}

/** Tools after which images are named that start them: "curl-jq" is curl, nixery's "shell/curl" is a shell with curl. */
const NAMED_TOOLS: ReadonlySet<string> = new Set(['curl', 'wget', 'dig', 'nslookup', 'httping', 'jq', 'ping', 'netcat', 'telnet', 'openssl']);

/** What an image starts whose name says so. */
function startOf(name: string): Pick<Image, 'entrypoint' | 'cmd'> {
  const parts = name.split('/');
  if (parts[0] === 'nixery.dev') return { entrypoint: [], cmd: ['bash'] };
  const tool = parts.at(-1)?.split(/[-_.]/)[0] ?? '';
  return NAMED_TOOLS.has(tool) ? { entrypoint: [tool === 'netcat' ? 'nc' : tool], cmd: [] } : { entrypoint: ['/generic-server'], cmd: [] };
}

/** An image made up for a name. */
export function genericImage(name: string): Image {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)!) % 1_000_003;
  const server = genericServer(name);
  return {
    names: [name], hasTag: anyTag, sizeBytes: BASE_BYTES + (hash % 97) * 1_310_719, ...startOf(name),
    // "*": also a program that the Pod names and the image would have had.
    programs: { '/generic-server': server, '*': server }, toolbox: 'host', isStandIn: true,
  };
}
