/** Begins and mends faults, and says in a toast what to expect. */
import type { TraceRecord } from '../../base/trace.ts';
import type { Fault } from '../../sandbox/sandbox.ts';
import type { PodView } from '../model/pod-view.ts';
import type { Page } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { statusMessage } from '../watch-loop.ts';
import { goLive } from '../time-bar/moves.ts';

export function faultTitle(fault: Fault): string {
  switch (fault.type) {
    case 'node-crash':
      return `${fault.node} unplugged`;
    case 'node-reboot':
      return `${fault.node} reboots`;
    case 'node-hang':
      return `${fault.node} frozen`;
    case 'node-add':
      return 'A node joins';
    case 'node-remove':
      return `${fault.node} removed`;
    case 'link-cut':
      return `Link ${fault.between.join(' – ')} cut`;
    case 'link-slow':
      return `Link ${fault.between.join(' – ')} slowed`;
    case 'link-lossy':
      return `Link ${fault.between.join(' – ')} loses messages`;
    case 'component-kill':
      return `${fault.component} killed`;
    case 'component-hang':
      return `${fault.component} frozen`;
    case 'container-kill':
      return `A container of ${fault.pod} killed`;
  }
}

function consequence(fault: Fault): string {
  switch (fault.type) {
    case 'node-crash':
      return 'It goes NotReady after 50 s without a heartbeat.';
    case 'link-cut':
      return 'Each side goes on with what it knows.';
    case 'link-slow':
      return 'Requests over it take two seconds longer each way.';
    case 'node-add':
      return 'Its kubelet registers, then Pods can be placed on it.';
    case 'component-kill':
      return 'What runs goes on running. Watch what stops being decided.';
    case 'node-remove':
      return 'Its Node object goes, and its Pods are replaced.';
    default:
      return '';
  }
}

/** As the time bar, the Why panel and the first steps read it: machines cannot tell what is done to them. */
export function faultRecord(fault: Fault, atMicros: number, active = true): TraceRecord {
  const target =
    'between' in fault
      ? fault.between.join(' – ')
      : 'component' in fault
        ? fault.component
        : 'pod' in fault
          ? fault.pod
          : 'node' in fault
            ? (fault.node ?? 'a node')
            : 'a node';
  return { at: atMicros, machine: 'page', event: { type: 'fault', name: fault.type, target, active } };
}

const MEND: Readonly<Partial<Record<Fault['type'], string>>> = {
  'node-crash': 'Plug in',
  'link-cut': 'Join',
  'link-slow': 'Undo',
  'link-lossy': 'Undo',
  'node-hang': 'Thaw',
  'component-hang': 'Thaw',
};

export async function begin(page: Page, fault: Fault): Promise<void> {
  goLive(page);
  try {
    const handle = await page.sandbox.fault(fault);
    page.trace.add(faultRecord(fault, page.sandbox.time.state.nowMicros));
    const label = MEND[fault.type];
    useUi.getState().notify({
      icon: 'plug',
      title: faultTitle(fault),
      detail: consequence(fault),
      ...(label ? { action: { label, run: () => void mend(page, handle.id) } } : {}),
    });
  } catch (error) {
    failed(error);
  }
}

export async function mend(page: Page, id: string): Promise<void> {
  try {
    const active = page.sandbox.faults.find((one) => one.id === id);
    await page.sandbox.undo(id);
    if (active) page.trace.add(faultRecord(active.fault, page.sandbox.time.state.nowMicros, false));
    if (active) useUi.getState().notify({ icon: 'check', title: `Mended: ${faultTitle(active.fault)}` });
  } catch (error) {
    failed(error);
  }
}

export async function deletePod(page: Page, pod: PodView): Promise<void> {
  goLive(page);
  try {
    const response = await page.sandbox.api.request({
      method: 'DELETE',
      path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`,
      headers: { 'user-agent': 'page' },
    });
    if (response.status >= 300) throw new Error(statusMessage(response.body));
    useUi.getState().notify({ icon: 'check', title: `You deleted ${pod.name}`, detail: 'It has 30 s to end. What owns it makes another.' });
  } catch (error) {
    failed(error);
  }
}

function failed(error: unknown): void {
  useUi.getState().notify({ icon: 'warning', title: 'That did not work', detail: error instanceof Error ? error.message : '' });
}
