/** The table of tools, by the name under which they are called. */
import type { Tool } from '../tool.ts';
import * as archive from './archive.ts';
import { awk } from './awk.ts';
import * as basic from './basic.ts';
import * as columns from './columns.ts';
import * as debian from './debian.ts';
import * as digest from './digest.ts';
import * as files from './files.ts';
import { jq } from './jq.ts';
import { find } from './find.ts';
import * as http from './http.ts';
import * as httping from './httping.ts';
import * as listing from './listing.ts';
import * as net from './net.ts';
import { nslookup } from './nslookup.ts';
import { openssl } from './openssl.ts';
import * as packages from './packages.ts';
import * as search from './search.ts';
import { sed } from './sed.ts';
import * as system from './system.ts';
import * as tables from './tables.ts';
import * as text from './text.ts';

export const TOOLS: Readonly<Record<string, Tool>> = {
  '[': basic.test, arch: system.arch, awk, base64: digest.base64, basename: basic.basename, cat: text.cat, chgrp: files.chown, chmod: files.chmod, chown: files.chown,
  clear: basic.clear, cmp: digest.cmp, column: tables.column, cp: files.cp, curl: http.curl, cut: columns.cut, date: system.date, dd: system.dd, df: listing.df, diff: digest.diff, dig: net.dig,
  dirname: basic.dirname, dpkg: debian.dpkg, httping: httping.httping, lsb_release: debian.lsbRelease,
  du: listing.du, echo: basic.echo, egrep: search.grep, env: basic.env, expr: basic.expr, false: basic.failing, fgrep: search.grep, file: listing.file,
  find, free: system.free, gawk: awk, getent: system.getent, grep: search.grep, groups: system.groups, head: text.head, hexdump: digest.dump, host: net.host,
  hostname: system.hostname, id: system.id, ifconfig: net.ifconfig, install: files.install, jq, ip: net.ip, kill: system.kill, killall: system.byName, less: system.pager, ln: files.ln,
  ls: listing.ls, md5sum: digest.checksum, mkdir: files.mkdir, mktemp: files.mktemp, more: system.pager, mount: system.mount, mv: files.mv, nano: system.noEditor, nc: net.nc, ncat: net.nc,
  netstat: net.netstat, nice: basic.nice, nl: text.nl, nohup: basic.nohup, nproc: system.nproc, nslookup, od: digest.dump, paste: columns.paste, pgrep: system.byName,
  ping: net.ping, pkill: system.byName, printenv: basic.printenv, printf: basic.printf, ps: system.ps, pwd: basic.pwd, readlink: files.readlink, realpath: files.realpath, rev: text.rev,
  rm: files.rm, rmdir: files.rmdir, sed, seq: basic.seq, sha1sum: digest.checksum, sha256sum: digest.checksum, shuf: columns.shuf, sleep: basic.sleep, sort: columns.sort, ss: net.netstat,
  stat: listing.statTool, strings: text.strings, stty: basic.stty, sudo: system.sudo, sync: basic.sync, tac: text.tac, tail: text.tail, tee: text.tee, telnet: net.telnet, test: basic.test,
  time: basic.time, timeout: basic.timeout, top: system.top, touch: files.touch, tr: columns.tr, traceroute: net.traceroute, tree: listing.tree, true: basic.nothing, tty: system.tty,
  uname: system.uname, uniq: columns.uniq, uptime: system.uptime, vi: system.noEditor, vim: system.noEditor, watch: system.watch, wc: text.wc, wget: http.wget, which: basic.which,
  whoami: system.whoami, xargs: basic.xargs, xxd: digest.dump, yes: basic.yes,
  apk: packages.packageManager, apt: packages.packageManager, 'apt-get': packages.packageManager, 'apt-key': packages.packageManager, yum: packages.packageManager,
    dnf: packages.packageManager, tcpdump: packages.tcpdump, lsof: packages.lsof, tar: archive.tar, gzip: archive.gzip, gunzip: archive.gzip, zcat: archive.gzip,
    envsubst: archive.envsubst, openssl,
};
