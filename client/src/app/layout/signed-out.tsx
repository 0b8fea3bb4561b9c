/** The page for visitors who are not signed in. It explains how to get a login link. */
import type { JSX } from 'solid-js';
import { CopyableCommand, Line, Logo } from '../ui/index.ts';

export function SignedOut(): JSX.Element {
  return (
    <main id="main" class="grid min-h-dvh place-items-center px-5 py-10">
      <div class="w-full max-w-md">
        <div class="flex items-center gap-3">
          <Logo class="size-8" />
          <span class="font-semibold text-xl tracking-tight">UniCore</span>
        </div>
        <h1 class="mt-8 font-semibold text-3xl leading-9 tracking-tight">Open your login link to sign in</h1>
        <p class="mt-3 text-muted">
          A link signs this browser in, with no password. It works for 24 hours; after that, make a new one
          where the hub runs.
        </p>

        <ol class="mt-8 grid gap-6">
          <li>
            <p class="mb-2 text-sm">
              <span class="font-medium">You run the hub.</span>{' '}
              <span class="text-muted">Each start prints a link.</span>
            </p>
            <CopyableCommand text="npm start" />
          </li>
          <li>
            <p class="mb-2 text-sm">
              <span class="font-medium">Somebody else does.</span>{' '}
              <span class="text-muted">They make a link in your name and send it to you.</span>
            </p>
            <CopyableCommand text="npm run user -- NAME" />
          </li>
        </ol>

        <div class="mt-10 flex items-center gap-4 border-rule border-t pt-5 text-muted text-sm">
          <Line
            class="h-5 w-28 shrink-0"
            toHub="wait"
            toMachine="off"
            label="The connection from you over the hub to a machine, not made yet"
          />
          <p>You, the hub, and a terminal on a machine that somebody shares.</p>
        </div>
      </div>
    </main>
  );
}
