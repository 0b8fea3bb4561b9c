/** The other end of channels of kind desktop on a simulated hub. It answers as a test says. */
import { type AcceptedChannel, Messages, type OpenRequest } from '@unicore/protocol';
import { Desktop, type DesktopHandler } from '../desktop.ts';
import { Link } from '../link.ts';
import { FakeHub } from './sim-hub.ts';
import { newLine } from './test-terminal.ts';

/** A message of the calls, as far as tests read it. */
interface Message {
  t: string;
  i?: string;
  m?: string;
  a?: unknown[];
}

export class FakeDesktop {
  /** All messages of the client. */
  readonly received: Message[] = [];
  channel: AcceptedChannel | undefined;
  /** Returns the rest of the answer to a call; undefined to give no answer. */
  answer: (method: string, args: unknown[]) => object | undefined = () => ({});
  readonly #messages = new Messages((value) => this.#received(value as Message));

  /** Accepts channels of kind desktop. */
  readonly serve = (request: OpenRequest): boolean => {
    if (request.kind !== 'desktop') return false;
    const { data, pull } = this.#messages;
    this.channel = request.accept({ data, pull, closed: () => {} }, {});
    this.#messages.bind(this.channel);
    return true;
  };

  send(message: unknown): void {
    this.#messages.send(message);
  }

  #received(message: Message): void {
    this.received.push(message);
    if (message.t !== 'q') return;
    const rest = this.answer(message.m ?? '', message.a ?? []);
    if (rest) this.send({ t: 's', i: message.i, ...rest });
  }
}

export interface OpenedDesktop {
  hub: FakeHub;
  fake: FakeDesktop;
  desktop: Desktop;
}

/** Listens to a desktop on a simulated hub. Resolves when its channel is open. */
export async function listenedDesktop(handler: DesktopHandler = {}): Promise<OpenedDesktop> {
  const hub = new FakeHub();
  const fake = new FakeDesktop();
  hub.serve = fake.serve;
  const line = newLine(hub);
  const desktop = new Desktop({
    sessionId: 'd-1',
    handler,
    openLink: (link) =>
      new Link({
        line,
        clock: hub.clock,
        random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
        reopens: false,
        maxWaiting: Number.POSITIVE_INFINITY,
        ...link,
      }),
  });
  await hub.clock.until(() => fake.channel !== undefined, 1_000);
  return { hub, fake, desktop };
}
