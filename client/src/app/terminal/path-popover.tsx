/**
 * Shows the round trip of a key press. A click opens a list that shows which parts of the path take the time.
 */
import { Popover } from '@kobalte/core/popover';
import { createSignal, For, type JSX } from 'solid-js';
import { usePath } from '../data/index.ts';
import { hops, milliseconds } from './hops.ts';

export interface PathPopoverProps {
  vmId: string;
  terminalId: string;
  rtt: number;
  /** Called after the popover has closed, so that the terminal can take the focus. */
  onClose(): void;
}

export function PathPopover(props: PathPopoverProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const path = usePath(
    () => props.vmId,
    () => props.terminalId,
    open,
  );
  const pieces = () => hops({ hubMs: null, providerMs: null, keeperMs: null, ...path.data, rtt: props.rtt });
  return (
    <Popover open={open()} onOpenChange={setOpen} placement="top-start" gutter={8}>
      <Popover.Trigger
        class="rounded tabular-nums underline decoration-dotted underline-offset-2 hover:text-ink"
        title="Round trip of a key: to the machine and back. Press for the pieces."
      >
        {milliseconds(props.rtt)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            props.onClose();
          }}
          class="z-50 w-80 animate-appear rounded-xl border border-rule bg-surface p-4 text-sm shadow-float outline-none"
        >
          <Popover.Title class="font-medium">The way of a key, there and back</Popover.Title>
          <dl class="mt-2 grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
            <For each={pieces()}>{(piece) => <Row label={piece.label} ms={piece.ms} />}</For>
            <div class="col-span-2 border-rule border-t" />
            <Row label="To the terminal, in all" ms={props.rtt} strong />
            <Row label="Its answer to the last key" ms={path.data?.echoMs ?? null} />
          </dl>
          <Popover.Description class="mt-2 text-muted text-xs">
            Measured one by one, so they add up only roughly. The answer is that of the container and of the
            program in it; nothing is typed to measure it.
          </Popover.Description>
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}

function Row(props: { label: string; ms: number | null; strong?: boolean }): JSX.Element {
  return (
    <>
      <dt classList={{ 'text-muted': !props.strong }}>{props.label}</dt>
      <dd class="text-right tabular-nums" classList={{ 'font-medium': props.strong === true }}>
        {props.ms === null ? '–' : milliseconds(props.ms)}
      </dd>
    </>
  );
}
