/** Shows a shell command in full, with a button that copies the command. */

import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { copyText } from '../base/index.ts';
import { IconButton } from './icon-button.tsx';
import { Check, Copy as CopyIcon } from './icons.ts';
import { failed } from './toast.tsx';

const SHOWN_MS = 1_600;

export function CopyableCommand(props: { text: string; label?: string }): JSX.Element {
  const [copied, setCopied] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const copy = (): void => {
    copyText(props.text).then(
      () => {
        setCopied(true);
        clearTimeout(timer);
        timer = setTimeout(() => setCopied(false), SHOWN_MS);
      },
      (error) => failed('Nothing was copied', error),
    );
  };

  return (
    <div class="flex items-start gap-2 rounded-lg border border-rule bg-sunken py-1 pr-1 pl-3">
      <code class="min-w-0 grow py-1.5 font-mono text-[13px] leading-5 [overflow-wrap:anywhere]">
        {props.text}
      </code>
      <IconButton label={copied() ? 'Copied' : (props.label ?? 'Copy')} onClick={copy}>
        <Show when={copied()} fallback={<CopyIcon />}>
          <Check class="text-live" />
        </Show>
      </IconButton>
    </div>
  );
}
