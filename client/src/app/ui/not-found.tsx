/** The page that is shown for an unknown address. */
import { A } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { buttonClass } from './button.tsx';

export function NotFound(): JSX.Element {
  return (
    <div class="mx-auto max-w-md py-24 text-center">
      <h1 class="font-semibold text-2xl tracking-tight">Nothing at this address</h1>
      <p class="mt-2 mb-6 text-muted">The link may be old, or the machine deleted.</p>
      <A href="/" class={buttonClass()}>
        Go to your machines
      </A>
    </div>
  );
}
