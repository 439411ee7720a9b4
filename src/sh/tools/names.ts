/** The names of the tools, known before their code is loaded. */
export const TOOL_NAMES: readonly string[] = [
  '[', 'arch', 'awk', 'base64', 'basename', 'cat', 'chgrp', 'chmod', 'chown', 'clear', 'cmp', 'cp', 'curl', 'cut', 'date', 'dd', 'df',
  'diff', 'dig', 'dirname', 'du', 'echo', 'egrep', 'env', 'expr', 'false', 'fgrep', 'file', 'find', 'free', 'gawk', 'getent', 'grep',
  'groups', 'head', 'hexdump', 'host', 'hostname', 'id', 'ifconfig', 'install', 'ip', 'jq', 'kill', 'killall', 'less', 'ln', 'ls', 'md5sum',
  'mkdir', 'mktemp', 'more', 'mount', 'mv', 'nano', 'nc', 'ncat', 'netstat', 'nice', 'nl', 'nohup', 'nproc', 'nslookup', 'od', 'paste',
  'pgrep', 'ping', 'pkill', 'printenv', 'printf', 'ps', 'pwd', 'readlink', 'realpath', 'rev', 'rm', 'rmdir', 'sed', 'seq', 'sha1sum',
  'sha256sum', 'shuf', 'sleep', 'sort', 'ss', 'stat', 'strings', 'stty', 'sudo', 'sync', 'tac', 'tail', 'tee', 'telnet', 'test', 'time',
  'timeout', 'top', 'touch', 'tr', 'traceroute', 'tree', 'true', 'tty', 'uname', 'uniq', 'uptime', 'vi', 'vim', 'watch', 'wc', 'wget',
  'which', 'whoami', 'xargs', 'xxd', 'yes', 'column', 'dpkg', 'httping', 'lsb_release',
  'apk', 'apt', 'apt-get', 'apt-key', 'yum', 'dnf', 'tcpdump', 'lsof', 'tar', 'gzip', 'gunzip', 'zcat', 'envsubst', 'openssl',
];
