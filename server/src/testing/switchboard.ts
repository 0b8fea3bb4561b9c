/** A backplane for several hubs of a test. It can be unreachable, lose events, be emptied, or lose a hub. */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Backplane, BackplaneHandler } from '../backplane/backplane.ts';
import { LocalWorld } from '../backplane/local.ts';

export interface Line {
  plane: Backplane;
  /** While true, calls reject with BACKPLANE_DOWN, and nothing arrives. */
  down: boolean;
  /** While true, news are neither sent nor received; all else works. */
  deaf: boolean;
  /** Calls wait for this promise, to simulate a slow backplane. */
  slow: Promise<void> | undefined;
  /** Number of calls that the hub made, by name. */
  readonly calls: Map<string, number>;
  interrupted(): void;
}

export class Switchboard {
  readonly #clock: Clock;
  readonly #lines: (Line & { move(world: LocalWorld): Promise<void> })[] = [];
  #world: LocalWorld;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#world = new LocalWorld(clock);
  }

  join(): Line {
    let inner = this.#world.join();
    let handler: BackplaneHandler | undefined;
    const calls = new Map<string, number>();
    const count = (name: string) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      if (line.down) throw new UniCoreError('BACKPLANE_DOWN', 'The hubs cannot reach one another.');
    };
    const start = () =>
      inner.start({
        mail: (message) => !line.down && handler?.mail(message),
        news: (text) => !line.down && !line.deaf && handler?.news(text),
        interrupted: () => handler?.interrupted(),
      });
    const group = (
      name: 'routes' | 'presence' | 'values' | 'outside' | 'deadlines' | 'leases' | 'hubs',
    ): never =>
      new Proxy(
        {},
        {
          get:
            (_, method: string) =>
            async (...args: unknown[]) => {
              count(`${name}.${method}`);
              await line.slow;
              const methods = inner[name] as unknown as Record<string, (...given: unknown[]) => unknown>;
              return methods[method]!(...args);
            },
        },
      ) as never;
    const line = {
      down: false,
      deaf: false,
      slow: undefined as Promise<void> | undefined,
      calls,
      interrupted: () => handler?.interrupted(),
      async move(world: LocalWorld) {
        const { hub } = inner;
        await inner.close();
        inner = world.join(hub);
        if (handler) await start();
      },
      plane: {
        hub: inner.hub,
        routes: group('routes'),
        presence: group('presence'),
        values: group('values'),
        outside: group('outside'),
        deadlines: group('deadlines'),
        leases: group('leases'),
        hubs: group('hubs'),
        async start(given: BackplaneHandler) {
          handler = given;
          await start();
        },
        async send(hub: string, message: Uint8Array) {
          count('send');
          return inner.send(hub, message);
        },
        async post(hub: string, message: Uint8Array) {
          count('post');
          await inner.post(hub, message);
        },
        async tell(text: string) {
          count('tell');
          if (!line.deaf) await inner.tell(text);
        },
        limiter: (name: string, points: number, seconds: number) => inner.limiter(name, points, seconds),
        async age() {
          count('age');
          return inner.age();
        },
        async ping() {
          count('ping');
        },
        close: () => inner.close(),
      },
    };
    this.#lines.push(line);
    return line;
  }

  set down(down: boolean) {
    for (const line of this.#lines) line.down = down;
  }

  /** Drops all data. The hubs are not told: they find out, or a test calls interrupted(). */
  async flush(): Promise<void> {
    this.#world = new LocalWorld(this.#clock);
    for (const line of this.#lines) await line.move(this.#world);
  }

  interrupted(): void {
    for (const line of this.#lines) if (!line.down) line.interrupted();
  }
}
