/**
 * Part of the fuzz run: the target `hub`. Hostile peers attack the three WebSocket endpoints of a real hub
 * over real sockets. Meanwhile an honest user and an honest provider use the same hub.
 */
import { systemClock } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { WebSocket } from 'ws';
import { HostilePeer } from '../hostile-peer.ts';
import { AttackedHub, socketUrl } from '../hub/attacked-hub.ts';
import { sendRawRequest } from '../hub/raw-request.ts';
import { dial } from '../hub/real-socket.ts';
import { SeenValues } from '../mutation/seen-values.ts';
import { CheckedStream } from '../peers/checked-stream.ts';
import { Consumer } from '../peers/fuzz-consumer.ts';
import { Provider } from '../peers/fuzz-provider.ts';
import type { Peer } from '../peers/redialling-peer.ts';
import type { Plan } from '../run/plan.ts';
import type { Target } from './target.ts';

/**
 * Number of actions of the hostile peers in one fuzzing case, and the longest pause between two actions, ms.
 */
const ACTS = 60;
const PAUSE_MS = 8;
/**
 * A hostile peer may send several changed versions of the same message. After each version, it sends one more
 * with this probability (0 to 1).
 */
const MORE = 0.99;
const NOT_CHECKED = { sends: 0, gets: undefined };
/**
 * Largest number of raw terminals (plain WebSockets for one terminal each) that the hostile user has open at
 * the same time.
 */
const MOST_RAW = 4;

export async function hubTarget(recorded: readonly Uint8Array[]): Promise<Target> {
  const attacked = await AttackedHub.open();
  return {
    run: (plan) => hostileVisit(attacked, plan, recorded),
    memory: () => attacked.hub.memory(),
    close: () => attacked.close(),
  };
}

/**
 * Runs one fuzzing case: the hostile user Mallory and the hostile provider `bad` connect to the hub, attack
 * it, and leave.
 */
async function hostileVisit(
  attacked: AttackedHub,
  plan: Plan,
  recorded: readonly Uint8Array[],
): Promise<void> {
  const { random } = plan;
  const seen = new SeenValues(recorded);
  attacked.listen = (message) => seen.see(message);
  const visit = new Visit(attacked, plan, seen);
  for (let act = 0; act < ACTS; act++) {
    random.pick(ACTIONS)(visit, random);
    plan.beat();
    await new Promise((done) => setTimeout(done, random.below(PAUSE_MS)));
    attacked.check();
  }
  await visit.end();
  attacked.check();
}

/**
 * The close reason of a connection whose socket closed without a close code. The error code LEG_LOST is not
 * enough to detect this case, because the hub can also send LEG_LOST.
 */
const NO_CODE = 'the socket closed (1006)';

class Visit {
  readonly attacked: AttackedHub;
  readonly mallory: Consumer;
  readonly bad: Provider;
  readonly raw = new Set<WebSocket>();
  readonly #plan: Plan;
  readonly #requests: Promise<void>[] = [];
  #ticket = '';
  #failure: Error | undefined;

  constructor(attacked: AttackedHub, plan: Plan, seen: SeenValues) {
    this.attacked = attacked;
    this.#plan = plan;
    const { hub, mallory, bad } = attacked;
    const hostile = (sender: 'consumer' | 'provider', cut: () => void) => {
      const one = new HostilePeer(plan, seen, MORE);
      one.cut = cut;
      return one.as(sender);
    };
    const common = {
      clock: systemClock,
      channelClosed: (code: string) => plan.count(`channel ${code}`),
      // The hub may forward frames between the two attackers (a hostile user and a hostile provider). Such
      // frames may violate the protocol at the attacker that receives them. This is not a defect of the hub.
      defect() {},
    };
    const closed = (peer: () => Peer) => (code: string, reason: string) => {
      plan.count(`socket ${code}`);
      if (reason === NO_CODE && !peer().wasCut)
        this.#failed(new Error('the hub dropped a socket without a code'));
    };
    const asConsumer = hostile('consumer', () => this.mallory.peer.cut());
    const asProvider = hostile('provider', () => this.bad.peer.cut());
    this.mallory = new Consumer({
      ...common,
      random: plan.random,
      token: mallory.token,
      connect: () => dial(socketUrl(hub, '/consumer'), asConsumer),
      closed: closed(() => this.mallory.peer),
    });
    this.bad = new Provider({
      ...common,
      token: () => bad.token(hub.url),
      connect: () => dial(socketUrl(hub, '/provider'), asProvider),
      closed: closed(() => this.bad.peer),
      stream: (_user, _terminalId, closed) => new CheckedStream({ ...NOT_CHECKED, closed }),
    });
  }

  /**
   * Sends a random request to the hub: an HTTP request, a WebSocket upgrade request, or an invalid request.
   */
  request(random: Random): void {
    this.#plan.frames++;
    const answered = sendRawRequest(new URL(this.attacked.hub.url), random, this.#ticket);
    this.#requests.push(
      answered.then(
        (answer) => this.#plan.count(`request ${answer}`),
        (error) => this.#failed(error),
      ),
    );
  }

  async openRaw(): Promise<void> {
    if (this.raw.size >= MOST_RAW) return;
    const connection = await this.attacked.mallory.sdk.api.vm.connect.mutate({
      vmId: this.attacked.vms.good,
    });
    this.#ticket = connection.ticket;
    const ws = new WebSocket(connection.url, { perMessageDeflate: false });
    this.raw.add(ws);
    ws.on('error', () => {});
    ws.on('close', (code) => {
      this.raw.delete(ws);
      this.#plan.count(`terminal ${code}`);
    });
  }

  sent(): void {
    this.#plan.frames++;
  }

  #failed(error: Error): void {
    this.#failure ??= error;
  }

  async end(): Promise<void> {
    this.mallory.stop();
    this.bad.peer.stop();
    this.bad.acceptor.close('GOING_AWAY', 'enough');
    for (const ws of this.raw) ws.terminate();
    await Promise.all(this.#requests);
    if (this.#failure) throw this.#failure;
  }
}

type Action = (visit: Visit, random: Random) => void;

const open: Action = ({ mallory, attacked: { vms } }, random) => {
  if (mallory.terminals.size < 8)
    mallory.open({ vmId: random.pick([vms.good, vms.good, vms.bad, 'nobody']) }, NOT_CHECKED);
};

const say: Action = ({ mallory, bad }, random) => {
  const streams = [...mallory.terminals, ...bad.streams.values()].map(({ stream }) => stream);
  for (const stream of streams) stream.say(random.pick([1, 1, 40, 700, 20_000]));
};

const leave: Action = ({ mallory }, random) => {
  const [first] = mallory.terminals;
  if (!first || mallory.terminals.size < 3) return;
  if (random.chance(0.5)) first.stream.end();
  else first.opener.reset('OK', 'enough');
};

const probe: Action = ({ mallory, bad }) => {
  for (const { opener } of mallory.terminals) opener.probe();
  void mallory.peer.leg?.ping();
  void bad.peer.leg?.ping();
  bad.beat();
};

const cut: Action = ({ mallory, bad }, random) => random.pick([mallory, bad]).peer.cut();

const requestOnce: Action = (visit, random) => visit.request(random);

const openRaw: Action = (visit) => void visit.openRaw().catch(() => {});

const useRaw: Action = (visit, random) => {
  const ws = [...visit.raw].at(-1);
  if (ws?.readyState !== WebSocket.OPEN) return;
  visit.sent();
  random.pick([
    () => ws.send(random.bytes(random.pick([0, 1, 100, 5_000]))),
    () => ws.send(Buffer.alloc(random.pick([300_000, 4 * 2 ** 20, 4 * 2 ** 20 + 1]))),
    () => ws.send('text'.repeat(random.below(1_000))),
    () => ws.send(Buffer.alloc(10), { fin: false }),
    () => ws.ping(random.bytes(random.below(125))),
    () => ws.pong(random.bytes(random.below(125))),
    () => ws.pong(String(random.pick([1, 1e6, -1, 1e300]))),
    () => ws.pause(),
    () => ws.resume(),
    () => ws.close(random.pick([1000, 1001, 3000, 4011, 4999])),
    () => ws.terminate(),
  ])();
};

const ACTIONS: readonly Action[] = [
  ...new Array<Action>(20).fill(say),
  ...[open, open, open, open, leave, probe, probe, probe, cut],
  ...new Array<Action>(8).fill(requestOnce),
  ...[openRaw, openRaw, useRaw, useRaw, useRaw, useRaw, useRaw, useRaw],
];
