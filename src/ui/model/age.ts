/** Times in the words of the page. Cluster time only: nothing here reads the wall clock. */

/** "37 s", "4 min 16 s", "2 h 5 min", "3 d": at most two units. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** kubectl's short form: "34s", "2m51s", "5h2m", "3d". */
export function shortAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

/** "00:03:21" since the start of the cluster, with thousandths where time is slow enough to see them. */
export function clockText(micros: number, thousandths = false): string {
  const ms = Math.floor(micros / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
  return thousandths ? `${text}.${String(ms % 1000).padStart(3, '0')}` : text;
}

/** "02:47", or "1:02:47" after an hour: a moment in a list. */
export function moment(micros: number): string {
  const text = clockText(micros);
  return text.startsWith('00:') ? text.slice(3) : text;
}
