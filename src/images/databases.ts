/** Databases and brokers: what they ask of their environment, what they say when they start, a port that answers, and
 *  command line clients that say what they can. */
import { NetworkError } from '../cri/network.ts';
import { createLineReader } from '../cri/streams.ts';
import type { Process, Program } from '../cri/process.ts';
import type { Catalogued } from './catalogued.ts';
import { runArguments } from './plain.ts';
import { MB } from './catalogued.ts';
import { anyTag, versionOf, versionTags } from './tags.ts';
import { untilStopped } from './web.ts';

/** Opens the ports, accepts and keeps quiet: clients of the real protocols get a greeting and no more.
 *  Differs from Kubernetes: databases start, ask for their passwords and accept connections, but keep no tables. */
function daemon(ports: readonly number[], greeting: string, start: (process: Process) => string, memoryBytes: number): Program {
  return async process => {
    for (const port of ports) {
      try {
        process.net.listen(port, stream => process.world.spawn('client', async () => {
          try {
            if (greeting !== '') await stream.write(greeting);
            while (await stream.read() !== undefined) { /* What the client says is not understood. */ }
            stream.end();
          } catch (error) { if (!(error instanceof NetworkError)) throw error; }
        }));
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        await process.stderr.write(`could not bind port ${port}: Address already in use\n`);
        return 1;
      }
    }
    process.useMemory(memoryBytes);
    await process.compute(400);
    await process.stdout.write(`${start(process)}\n`);
    await untilStopped(process);
    return 0;
  };
}

/** docker-entrypoint.sh: runs the server when it is asked for, anything else as it is. */
function entrypoint(names: readonly string[], check: (process: Process) => string | undefined, server: Program): Program {
  return async process => {
    const args = process.argv.slice(1);
    if (!names.includes(args[0] ?? '') && args[0]?.startsWith('-') !== true && args.length > 0) {
      return runArguments(process);
    }
    const problem = check(process);
    if (problem !== undefined) { await process.stderr.write(problem); return 1; }
    return server(process);
  };
}

const stamp = (process: Process): string => new Date(process.clock.now()).toISOString().slice(0, 19);

/** Connects and speaks for a client program: a prompt that knows a few answers. */
function client(name: string, port: number, prompt: string, answer: (line: string, process: Process) => string): Program {
  return async process => {
    const args = process.argv.slice(1);
    const after = (flags: readonly string[]): string | undefined => {
      for (const [index, arg] of args.entries()) { if (flags.includes(arg)) return args[index + 1];
      for (const flag of flags) if (flag.startsWith('--') && arg.startsWith(`${flag}=`)) return arg.slice(flag.length + 1);
      else if (!flag.startsWith('--') && flag.length === 2 && arg.startsWith(flag) && arg.length > 2) return arg.slice(2); } return undefined; };
    const host = after(['-h', '--host']) ?? process.env.get('PGHOST') ?? '127.0.0.1';
    const wanted = Number(after(name === 'psql' ? ['-p', '--port'] : ['-P', '--port']) ?? String(port));
    try {
      (await process.net.connect(/^mongodb/.test(host) ? '127.0.0.1' : host, wanted, { timeoutMs: 10_000 })).end();
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await process.stderr.write(name === 'mysql' ? `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${wanted}' (111)\n` : name === 'psql'
        ? `psql: error: connection to server at "${host}", port ${wanted} failed: ${error.code === 'ECONNREFUSED' ? 'Connection refused' : error.message}\n`
        + `\tIs the server running on that host and accepting TCP/IP connections?\n` : `MongoNetworkError: connect ECONNREFUSED ${host}:${wanted}\n`);
      return 1;
    }
    const given = after(['-e', '--execute', '-c', '--command', '--eval']);
    if (given !== undefined) { await process.stdout.write(answer(given, process)); return 0; }
    const lines = createLineReader(process.stdin);
    for (;;) {
      if (process.tty !== undefined) await process.stdout.write(prompt);
      const line = await lines.next();
      if (line === undefined || /^\s*(?:exit|quit|\\q)/.test(line.text)) return 0;
      if (line.text.trim() !== '') await process.stdout.write(answer(line.text, process));
    }
  };
}

function sqlAnswer(sql: string): string {
  const text = sql.trim().replace(/;$/, '').toLowerCase();
  if (/^show databases/.test(text)) return 'Database\ninformation_schema\nmysql\nperformance_schema\nsys\n';
  const select = /^select\s+([0-9]+)$/.exec(text);
  if (select !== null) return `${select[1]}\n${select[1]}\n`;
  if (/^(?:create|drop|insert|update|delete|use|grant|flush|alter)/.test(text)) return '';
  return '';
}

function psqlAnswer(sql: string): string {
  const text = sql.trim().replace(/;$/, '').toLowerCase();
  if (/^\\l/.test(text)) return '                                   List of databases\n   Name    |  Owner   | Encoding\n-----------+----------+----------\n postgres  | postgres | UTF8\n(1 row)\n\n';
  if (/^create table/.test(text)) return 'CREATE TABLE\n';
  if (/^create database/.test(text)) return 'CREATE DATABASE\n';
  if (/^insert/.test(text)) return 'INSERT 0 1\n';
  const select = /^select\s+([0-9]+)$/.exec(text);
  if (select !== null) return ` ?column? \n----------\n        ${select[1]}\n(1 row)\n\n`;
  return '';
}

const MYSQL_MISSING = (process: Process): string | undefined => {
  const { env } = process;
  const flavour = env.get('MARIADB_VERSION') === undefined ? 'MYSQL' : 'MARIADB';
  if (['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
    'MARIADB_RANDOM_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD_FILE', 'MARIADB_ROOT_PASSWORD_FILE'].some(name => (env.get(name) ?? '') !== '')) return undefined;
  const at = `${stamp(process).replace('T', ' ')}+00:00 [ERROR] [Entrypoint]: `;
  return `${stamp(process).replace('T', ' ')}+00:00 [Note] [Entrypoint]: Entrypoint script for ${flavour === 'MYSQL' ? 'MySQL' : 'MariaDB'} Server started.\n`
    + `${at}Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n`
    + `    - ${flavour}_ROOT_PASSWORD\n    - ${flavour}_ALLOW_EMPTY_${flavour === 'MYSQL' ? '' : 'ROOT_'}PASSWORD\n    - ${flavour}_RANDOM_ROOT_PASSWORD\n`;
};

const mysqld = daemon([3306], 'J\0\0\0\n8.4.6\0', process => `${stamp(process)}.000000Z 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld `
  + `${process.env.get('MYSQL_VERSION') ?? '9.4.0'}) starting as process 1\n`
  + `${stamp(process)}.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${process.env.get('MYSQL_VERSION') ?? '9.4.0'}'  `
  + `socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.`, 380_000_000);
const mysql = client('mysql', 3306, 'mysql> ', sqlAnswer);

const mysqladmin: Program = async process => {
  const host = process.argv[process.argv.indexOf('-h') + 1] ?? '127.0.0.1';
  try { (await process.net.connect(process.argv.includes('-h') ? host : '127.0.0.1', 3306)).end(); } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.stderr.write("mysqladmin: connect to server at 'localhost' failed\n");
    return 1;
  }
  await process.stdout.write('mysqld is alive\n');
  return 0;
};

export const MYSQL: Catalogued = {
  names: ['docker.io/library/mysql', 'docker.io/mysql/mysql-server', 'docker.io/bitnami/mysql', 'public.ecr.aws/docker/library/mysql',
    'gcr.io/google-samples/lobsters-db', 'docker.io/library/percona', 'mirror.gcr.io/library/mysql', 'docker.io/library/mariadb', 'docker.io/bitnami/mariadb',
    'public.ecr.aws/docker/library/mariadb'],
  hasTag: versionTags({ majors: { 5: [5, 7], 8: [0, 4], 9: [0, 5], 10: [0, 11], 11: [0, 8], 12: [0, 1], 1: [0, 0] },
    words: ['lts', 'innovation', 'oracle', 'jammy', 'noble'], suffixes: ['oracle', 'debian', 'oraclelinux', 'jammy', 'focal', 'noble', 'ubi', 'el', 'r'] }),
  sizeBytes: 180 * MB, entrypoint: ['docker-entrypoint.sh'], cmd: ['mysqld'], exposedPorts: [3306], toolbox: 'debian', files: { '/var/lib/mysql/.keep': '' },
  programs: { '/usr/local/bin/docker-entrypoint.sh': entrypoint(['mysqld', 'mariadbd'], MYSQL_MISSING, mysqld), '/usr/sbin/mysqld': mysqld,
    '/usr/sbin/mariadbd': mysqld, '/usr/bin/mysql': mysql, '/usr/bin/mariadb': mysql, '/usr/bin/mysqladmin': mysqladmin, '/usr/bin/mariadb-admin': mysqladmin },
  forTag: tag => ({ env: { MYSQL_VERSION: versionOf(tag, '9.4.0') } }),
};

const postgres = daemon([5432], '', process => {
  const at = `${stamp(process).replace('T', ' ')}.000 UTC`;
  return `${at} [1] LOG:  starting PostgreSQL ${process.env.get('PG_MAJOR') ?? '18'} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit\n`
    + `${at} [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432\n${at} [1] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"\n`
    + `${at} [1] LOG:  database system is ready to accept connections`;
}, 45_000_000);

const pgIsReady: Program = async process => {
  const at = process.argv.indexOf('-h');
  const host = at > 0 ? process.argv[at + 1]! : '127.0.0.1';
  try { (await process.net.connect(host, 5432)).end(); } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.stdout.write(`${at > 0 ? host : '/var/run/postgresql'}:5432 - no response\n`);
    return 2;
  }
  await process.stdout.write(`${at > 0 ? host : '/var/run/postgresql'}:5432 - accepting connections\n`);
  return 0;
};

export const POSTGRES: Catalogued = {
  names: ['docker.io/library/postgres', 'docker.io/bitnami/postgresql', 'public.ecr.aws/docker/library/postgres', 'mirror.gcr.io/library/postgres', 'docker.io/postgis/postgis'],
  hasTag: versionTags({ majors: { 9: [0, 6], 10: [0, 23], 11: [0, 22], 12: [0, 22], 13: [0, 22], 14: [0, 19], 15: [0, 14], 16: [0, 10], 17: [0, 6], 18: [0, 2] },
    suffixes: ['alpine', 'bookworm', 'bullseye', 'trixie', 'debian', 'r'] }),
  sizeBytes: 155 * MB, entrypoint: ['docker-entrypoint.sh'], cmd: ['postgres'], exposedPorts: [5432], toolbox: 'debian', stopSignal: 'SIGINT', files: { '/var/lib/postgresql/data/.keep': '' },
  programs: {
    '/usr/local/bin/docker-entrypoint.sh': entrypoint(['postgres'],
      process => (process.env.get('POSTGRES_PASSWORD') ?? '') !== '' || process.env.get('POSTGRES_HOST_AUTH_METHOD') === 'trust'
      || process.env.has('POSTGRES_PASSWORD_FILE') || process.env.has('POSTGRESQL_PASSWORD') ? undefined
      : 'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n'
        + '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n\n'
        + '       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all\n       connections without a password. This is *not* recommended.\n\n'
        + '       See PostgreSQL documentation about "trust":\n       https://www.postgresql.org/docs/current/auth-trust.html\n', postgres),
    '/usr/local/bin/postgres': postgres, '/usr/local/bin/psql': client('psql', 5432, 'postgres=# ', psqlAnswer), '/usr/local/bin/pg_isready': pgIsReady, '/usr/local/bin/createdb': async () => 0,
  },
  forTag: tag => ({ env: { PG_MAJOR: versionOf(tag, '18.0.0').split('.')[0]!, PGDATA: '/var/lib/postgresql/data' } }),
};

const mongod = daemon([27017], '', process => `{"t":{"$date":"${stamp(process)}.000+00:00"},"s":"I",  "c":"CONTROL",  "id":20698,   "ctx":"main","msg":"***** SERVER `
  + `RESTARTED *****"}\n{"t":{"$date":"${stamp(process)}.000+00:00"},"s":"I",  "c":"NETWORK",  "id":23016,   "ctx":"listener","msg":"Waiting for `
  + `connections","attr":{"port":27017,"ssl":"off"}}`, 90_000_000);
const mongosh = client('mongosh', 27017, 'test> ', line => /ping|hello|isMaster/.test(line) ? '{ ok: 1 }\n' : /show dbs/.test(line)
  ? 'admin   40.00 KiB\nconfig  12.00 KiB\nlocal   40.00 KiB\n' : /insert/.test(line) ? '{\n  acknowledged: true\n}\n' : '{ ok: 1 }\n');

export const MONGO: Catalogued = {
  names: ['docker.io/library/mongo', 'docker.io/bitnami/mongodb', 'public.ecr.aws/docker/library/mongo', 'docker.io/mongodb/mongodb-community-server', 'mirror.gcr.io/library/mongo'],
  hasTag: versionTags({ majors: { 2: [0, 6], 3: [0, 7], 4: [0, 4], 5: [0, 3], 6: [0, 3], 7: [0, 3], 8: [0, 2] },
    suffixes: ['focal', 'jammy', 'noble', 'bionic', 'xenial', 'ubi', 'ubuntu'] }), sizeBytes: 270 * MB, entrypoint: ['docker-entrypoint.sh'], cmd: ['mongod'],
    exposedPorts: [27017], toolbox: 'debian',
  files: { '/data/db/.keep': '' }, programs: { '/usr/local/bin/docker-entrypoint.sh': entrypoint(['mongod'], () => undefined, mongod), '/usr/bin/mongod': mongod,
    '/usr/bin/mongosh': mongosh, '/usr/bin/mongo': mongosh }, forTag: tag => ({ env: { MONGO_VERSION: versionOf(tag, '8.0.0') } }),
};

const simple = (names: readonly string[], command: string, ports: readonly number[], line: string, sizeMb: number, memoryBytes: number, greeting = ''): Catalogued => {
  const server = daemon(ports, greeting, () => line, memoryBytes);
  return { names, hasTag: anyTag, sizeBytes: sizeMb * MB, entrypoint: ['docker-entrypoint.sh'], cmd: [command], exposedPorts: ports, toolbox: 'debian',
    programs: { '/usr/local/bin/docker-entrypoint.sh': entrypoint([command], () => undefined, server), [`/usr/local/bin/${command}`]: server, '*': server } };
};

export const BROKERS: readonly Catalogued[] = [
  simple(['docker.io/library/rabbitmq', 'docker.io/bitnami/rabbitmq'], 'rabbitmq-server', [5672, 15672], '  Starting broker... completed with 4 plugins.', 110, 120_000_000),
  simple(['docker.io/library/memcached', 'docker.io/bitnami/memcached'], 'memcached', [11211], '', 32, 3_000_000),
  simple(['docker.io/library/cassandra', 'gcr.io/google-samples/cassandra'], 'cassandra', [9042, 7000, 7199],
    'INFO  [main] Starting listening for CQL clients on /0.0.0.0:9042 (unencrypted)...', 150, 600_000_000),
  simple(['docker.io/library/zookeeper', 'registry.k8s.io/kubernetes-zookeeper', 'docker.io/bitnami/zookeeper', 'docker.io/confluentinc/cp-zookeeper'],
    'zkServer.sh', [2181], 'INFO  [main] binding to port 0.0.0.0/0.0.0.0:2181', 120, 90_000_000),
];
