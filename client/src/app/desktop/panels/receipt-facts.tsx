/** The facts of one receipt: running time, cost, sent bytes, and the proof that nothing is left. */
import type { Receipt } from '@unicore/protocol/api';
import { type JSX, Show } from 'solid-js';
import { bytes } from '../../base/index.ts';
import { dollars, duration } from '../format.ts';

export function ReceiptFacts(props: { receipt: Receipt }): JSX.Element {
  return (
    <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
      <Fact name="Ran for">{ranFor(props.receipt)}</Fact>
      <Fact name="Cost">
        <span class="font-medium">{dollars(props.receipt.cost)}</span>
      </Fact>
      <Fact name="Computing, with its start">
        {Math.round(props.receipt.cpuSeconds)} vCPU-seconds, {Math.round(props.receipt.memorySeconds)}{' '}
        GiB-seconds
      </Fact>
      <Fact name="Sent">{bytes(props.receipt.sentBytes)}</Fact>
      <Fact name="Ended">
        {new Date(props.receipt.endedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
      </Fact>
      <Show when={props.receipt.proof}>{(proof) => <Fact name="Proof">{proof()}</Fact>}</Show>
    </dl>
  );
}

/** Returns the running time of a desktop in words. */
export function ranFor({ startedAt, endedAt }: Receipt): string {
  return startedAt === null ? 'It never ran' : duration(endedAt - startedAt);
}

function Fact(props: { name: string; children: JSX.Element }): JSX.Element {
  return (
    <>
      <dt class="text-muted">{props.name}</dt>
      <dd class="min-w-0 break-words text-right tabular-nums">{props.children}</dd>
    </>
  );
}
