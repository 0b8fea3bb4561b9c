/**
 * A machine that offers desktops to a hub, for tests. The test sets each phase, and a fake VNC server is the
 * screen.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { UniCore } from '@unicore/client/sdk';
import { Acceptor, type Channel, systemClock } from '@unicore/protocol';
import type { DesktopObserved, DesktopOrder, HubMethods } from '@unicore/protocol/control';
import { answerControl, type Dialled, dialLeg, HELLO, obedientAgent } from '@unicore/server/testing';
import { RfbServer } from './rfb-server.ts';

export class DesktopMachine {
  readonly screen = new RfbServer();
  /** The field `auth` of each channel that the hub has opened. */
  readonly opened: unknown[] = [];
  /** The newest order for a desktop. */
  order: DesktopOrder | undefined;
  #hub: HubMethods | undefined;
  #dialled: Dialled | undefined;

  /** Joins the hub at this URL as a provider, and connects. unicore: any client of the hub. */
  async join({ api }: UniCore, url: string, token: string): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x } = publicKey.export({ format: 'jwk' });
    const key = { kty: 'OKP', crv: 'Ed25519', x: x! } as const;
    const { providerId } = await api.agent.join.mutate({ token, publicKey: key, name: 'desk' });
    const { challenge } = await api.agent.challenge.mutate({ providerId });
    const signature = sign(null, Buffer.from(challenge), privateKey).toString('base64url');
    const proof = await api.agent.token.mutate({ providerId, challenge, signature });
    const acceptor = new Acceptor({
      clock: systemClock,
      accept: (request) => {
        if (request.kind === 'control') {
          this.#hub = answerControl(request, {
            ...obedientAgent(() => this.#hub!),
            applyDesktops: async ([order]) => {
              this.order = order;
            },
          }).hub;
          return;
        }
        this.opened.push(request.auth);
        if (request.kind !== 'vnc') return request.refuse('KIND_UNKNOWN', 'This machine has only a screen.');
        const channel: Channel = request.accept(
          this.screen.serve(() => channel),
          { holder: 'viewer-1', text: true },
        );
      },
    });
    this.#dialled = await dialLeg(`${url.replace(/^http/, 'ws')}/provider`, {
      hello: { ...HELLO, token: proof.token, desktops: 'process' },
      open: (leg, open) => acceptor.open(leg, open),
    });
  }

  /** Reports this phase for the ordered desktop. */
  async say(phase: DesktopObserved['phase']): Promise<void> {
    const { sessionId, attempt } = this.order!;
    const use = { ms: 60_000, sentBytes: 2_000_000 };
    const desktop = { sessionId, attempt, phase, code: null, reason: null, isolation: 'sandboxed', use };
    await this.#hub!.observedDesktops({ whole: false, desktops: [desktop] });
  }

  close(): void {
    this.#dialled?.ws.close();
  }
}
