// The rows of the bench about requests: creates, gets, lists of 10,000, a watch fan-out to 100 watchers, applies of 1,000
// manifests; in process, over a MessagePort and over HTTP; and what 10,000 objects cost more than 100.
const PATHS = [
  ['server', 'in process (CPU)'],
  ['port', 'over a MessagePort to a worker, 64 at once (wall)'],
  ['http', 'over HTTP, 64 at once (wall)'],
];
/** How much dearer a request may become from 100 to 10,000 objects. */
const GROWTH_LIMIT = 1.2;

const micros = (ms, count) => `${Math.round((ms * 1000) / count)} µs`;
const cells = ({ createMs, getMs, listMs, watchMs, applyMs }) =>
  `create ${micros(createMs, 10_000)}, get ${micros(getMs, 10_000)}, list of 10,000 ${Math.round(listMs)} ms, 100 updates to 100 watchers ${Math.round(watchMs)} ms, 1,000 applied ${Math.round(applyMs)} ms`;

/** `measure(mode, kind)` gives the medians of one mode of requests.ts, `measurePeer()` those of the peer or nothing. */
export function requestRows({ measure, measurePeer }) {
  const rows = PATHS.map(([mode, title]) => [`Requests ${title}`, cells(measure(mode, 'configmaps')), '', undefined]);
  const ours = measure('server', 'events');
  const peer = measurePeer();
  if (peer) {
    rows.push(['The same in process, with Events, of @ngrok/webernetes (CPU)', `${cells(peer)}; ours: ${cells(ours)}`, '', undefined]);
    const ratios = Object.keys(ours).map((key) => `${key.slice(0, -2)} ${(peer[key] / ours[key]).toFixed(1)}`);
    rows.push(['Ratios of the two, theirs to ours', ratios.join(', '), '', undefined]);
  }
  const growth = measure('growth', '');
  const worst = Math.max(...Object.values(growth).map(({ ratio }) => ratio));
  const text = Object.entries(growth).map(([sort, { few, many, ratio }]) => `${sort} ${Math.round(few)} to ${Math.round(many)} µs (${ratio.toFixed(2)})`);
  rows.push(['Cost of a request with 100 and with 10,000 objects (CPU)', text.join(', '), 'below 1.20', worst < GROWTH_LIMIT]);
  return rows;
}
