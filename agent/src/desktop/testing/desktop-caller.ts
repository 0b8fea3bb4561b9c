/** A consumer of a channel of kind desktop, which records the desktop's events. */
import { randomBytes } from 'node:crypto';
import { type ErrorCode, type Leg, Messages, Opener, systemClock, UniCoreError } from '@unicore/protocol';
import { controlRpc, type DesktopCalls, type DesktopNews } from '@unicore/protocol/control';

/** The newest event of each kind. */
export type Heard = { [K in keyof DesktopNews]?: Parameters<DesktopNews[K]>[0] };

export class DesktopCaller {
  readonly calls: DesktopCalls;
  readonly heard: Heard = {};
  /** How the channel ended. */
  readonly over = Promise.withResolvers<{ code: ErrorCode; message: string }>();
  readonly #channel: Opener;
  #wake = Promise.withResolvers<void>();

  constructor({ sessionId, leg }: { sessionId: string; leg: () => Leg | undefined }) {
    const messages = new Messages((value) => rpc.receive(value));
    const rpc = controlRpc<DesktopCalls, DesktopNews>({
      local: {
        condition: async (now) => this.#note({ condition: now }),
        control: async (now) => this.#note({ control: now }),
        warning: async (warning) => this.#note({ warning }),
        files: async (now) => this.#note({ files: now }),
        clipboardRefused: async (refusal) => this.#note({ clipboardRefused: refusal }),
      },
      post: (value) => messages.send(value),
      onError: () => undefined,
    });
    this.calls = rpc.remote;
    this.#channel = new Opener({
      clock: systemClock,
      kind: 'desktop',
      meta: () => ({ sessionId }),
      random: (bytes) => randomBytes(bytes),
      leg,
      resume: true,
      handler: {
        data: messages.data,
        pull: messages.pull,
        closed: (code, message) => {
          rpc.close(new UniCoreError(code, message));
          this.over.resolve({ code, message });
        },
      },
    });
    messages.bind(this.#channel);
    this.#channel.attach();
  }

  /** Resolves when the desktop has sent the expected event. */
  async until(isThere: (heard: Heard) => boolean): Promise<void> {
    while (!isThere(this.heard)) await this.#wake.promise;
  }

  close(): void {
    this.#channel.reset('OK', '');
  }

  #note(news: Heard): void {
    Object.assign(this.heard, news);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}
