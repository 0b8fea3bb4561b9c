/**
 * The page that is shown while the hub does not answer or answers with an error. The requests are repeated
 * automatically.
 */
import type { JSX } from 'solid-js';
import { failureOf } from '../base/index.ts';
import { Line } from '../ui/index.ts';

export function HubDown(props: { error: unknown }): JSX.Element {
  return (
    <main id="main" class="grid min-h-dvh place-items-center px-5 py-10">
      <div class="max-w-md" role="alert">
        <Line class="h-6 w-33" toHub="down" toMachine="off" label="The connection to the hub is down" />
        <h1 class="mt-6 font-semibold text-2xl tracking-tight">The hub is out of reach</h1>
        <p class="mt-2 text-muted">{failureOf(props.error).message}</p>
      </div>
    </main>
  );
}
