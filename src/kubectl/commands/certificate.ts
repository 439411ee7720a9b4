/** kubectl certificate approve and deny.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/certificates/certificates.go */
import { rfc3339 } from '../../base/time.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, isReason } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, list, put, str } from '../obj.ts';
import { resultPrinter } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';

export const certificate: Command = {
  name: 'certificate',
  summary: 'Modify certificate resources',
  description: 'A signing request waits until somebody approves or denies it.',
};

interface Decision {
  readonly type: string;
  readonly other: string;
  readonly word: string;
  readonly reason: string;
  readonly message: string;
}

const APPROVED: Decision = {
  type: 'Approved',
  other: 'Denied',
  word: 'approved',
  reason: 'KubectlApprove',
  message: 'This CSR was approved by kubectl certificate approve.',
};
const DENIED: Decision = {
  type: 'Denied',
  other: 'Approved',
  word: 'denied',
  reason: 'KubectlDeny',
  message: 'This CSR was denied by kubectl certificate deny.',
};

export const approve: Command = {
  name: 'certificate approve',
  summary: 'Approve a certificate signing request',
  run: (k) => decide(k, APPROVED),
};
export const deny: Command = {
  name: 'certificate deny',
  summary: 'Deny a certificate signing request',
  run: (k) => decide(k, DENIED),
};

async function decide(k: Kubectl, decision: Decision): Promise<void> {
  if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '')
    throw new CommandError('one or more CSRs must be specified as <name> or -f <filename>');
  const print = resultPrinter(k, 'none', true);
  const args = k.args.length > 0 ? ['certificatesigningrequests', ...k.args] : [];
  const count = await visit(k, { args, latest: true, ownNamespace: true }, async (info) => {
    if (info.mapping.kind !== 'CertificateSigningRequest')
      throw new CommandError('can only handle certificates.k8s.io/v1 certificate signing requests');
    const shown = await decided(k, info, decision);
    await print(typed(shown), decision.word);
  });
  if (count === 0) await k.print('No resources found\n');
}

/** Writes the condition where it is missing, and again where somebody else has written meanwhile. What it was is printed. */
async function decided(k: Kubectl, info: Info, decision: Decision): Promise<Obj> {
  const { type, other, word: _, ...words } = decision;
  let object = info.object!;
  for (let attempt = 0; ; attempt += 1) {
    const conditions = list(object, 'status', 'conditions');
    if (conditions.some((c) => str(c, 'type') === other))
      throw new CommandError(`certificate signing request ${JSON.stringify(info.name)} is already ${other}`);
    const there = conditions.some((c) => str(c, 'type') === type);
    if (there && !k.flags.bool('force')) return object;
    const added = { type, status: 'True', ...words, lastUpdateTime: rfc3339(k.io.clock.now()) };
    const body = there ? object : put(object, ['status', 'conditions'], [...conditions, added]);
    try {
      await k.rest.json('PUT', pathOf(info.mapping, '', info.name, 'approval'), { body });
      return object;
    } catch (error) {
      if (!isReason(error, 'Conflict') || attempt >= 10) throw error;
      object = await k.rest.json('GET', pathOf(info.mapping, '', info.name));
    }
  }
}
