/** Names of signals, as people write them. */
import { SIGNAL_NUMBERS } from '../cri/process.ts';

/** "SIGTERM", "TERM", "term" and "15" to "TERM". */
export function signalName(given: string): string | undefined {
  const upper = given.toUpperCase().replace(/^SIG/, '');
  if (upper === '0' || upper === 'EXIT') return 'EXIT';
  if (['ERR', 'DEBUG', 'RETURN'].includes(upper)) return upper;
  for (const [name, number] of Object.entries(SIGNAL_NUMBERS)) if (name === `SIG${upper}` || String(number) === upper) return name.slice(3);
  return undefined;
}
