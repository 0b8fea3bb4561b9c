/** Waits for states of a user's desktop, with the same subscription that pages use. */
import type { UniCore } from '@unicore/client/sdk';

type Desktop = Awaited<ReturnType<UniCore['api']['vnc']['session']['mutate']>>;

/** Creates the user's desktop if there is none. Returns it when it runs. */
export async function runningDesktop(sdk: UniCore): Promise<Desktop> {
  await sdk.api.vnc.session.mutate();
  return inPhase(sdk, 'running');
}

/** Ends the user's desktop. Resolves when nothing of it is left. */
export async function endDesktop(sdk: UniCore, sessionId: string): Promise<Desktop> {
  await sdk.api.vnc.delete.mutate({ sessionId });
  return inPhase(sdk, 'ended');
}

/** Resolves when the user's desktop is in this phase. Rejects if it is over before. */
export function inPhase(sdk: UniCore, phase: Desktop['phase']): Promise<Desktop> {
  return whenDesktop(sdk, (desktop) => desktop.phase === phase);
}

/** Resolves when the user's desktop matches. Rejects if it is over before. */
export function whenDesktop(sdk: UniCore, matches: (desktop: Desktop) => boolean): Promise<Desktop> {
  return new Promise((resolve, reject) => {
    const watching = sdk.api.vnc.watch.subscribe(undefined, {
      onData({ desktop }) {
        if (desktop === null) return;
        const isMatch = matches(desktop);
        if (!isMatch && desktop.status !== 'stopped') return;
        watching.unsubscribe();
        if (isMatch) resolve(desktop);
        else reject(new Error(`The desktop is ${desktop.phase}: ${desktop.reason}`));
      },
      onError: reject,
    });
  });
}
