/** Legs, channels, relay and gateway under a hostile peer in each role, in simulated time. */
import { decode, FrameType, frameType, type Peer } from '@unicore/protocol';
import { countFrames, framesOf } from '../mutation/anatomy.ts';
import { Lore } from '../mutation/lore.ts';
import { mutate } from '../mutation/mutator.ts';
import type { Random } from '../random.ts';
import type { Plan } from '../run/plan.ts';
import type { Sent, Tamper } from '../session/line.ts';
import { World } from '../session/world.ts';

/** Of a hostile peer's messages. */
const MUTATED = 0.3;
/** Of HELLO and WELCOME. */
const GREETING = 0.05;
/** After each of those, in place of the same message. */
const MORE = 0.97;
/** Of those: some become no frames, or such as this peer may not send, which ends the socket. */
const BROKEN = 0.005;
/** Bytes that are said at once: keys, lines, and now and then more than a window. */
const SAID = [
  ...new Array<number>(20).fill(1),
  ...new Array<number>(15).fill(40),
  700,
  700,
  3_000,
  20_000,
  200_000,
];
/** Things that are done in one case, and the pauses between them, ms. */
const ACTS = 60;
const PAUSE_MS = 150;

/** Whose messages are tampered with: those to the hub, from it, or both. */
const ROLES = [
  { who: 'mallory', up: 'consumer', down: undefined },
  { who: 'mallory', up: undefined, down: 'hub' },
  { who: 'mallory', up: 'consumer', down: 'hub' },
  { who: 'bad', up: 'provider', down: undefined },
  { who: 'bad', up: undefined, down: 'hub' },
  { who: 'bad', up: 'provider', down: 'hub' },
] as const;

export async function session(plan: Plan, recorded: readonly Uint8Array[]): Promise<void> {
  const { random } = plan;
  const role = random.pick(ROLES);
  const lore = new Lore(recorded);
  const hostile = new Hostile(plan, lore);
  const listen: Tamper = (message) => {
    lore.see(message);
    return [{ message }];
  };
  const tampered = {
    up: role.up ? hostile.as(role.up) : listen,
    down: role.down ? hostile.as(role.down) : listen,
  };
  const both = { up: listen, down: listen };
  const world = new World({
    random,
    tamper: { mallory: both, bad: both, others: both, [role.who]: tampered },
    ended: (what, code) => plan.count(`${what} ${code}`),
  });
  hostile.cut = () => world[role.who].peer.cut();
  await world.start();
  for (let act = 0; act < ACTS; act++) {
    random.pick(ACTIONS)(world, random);
    await world.advance(random.below(PAUSE_MS));
  }
  hostile.over = true;
  await world.finish();
}

/** Sends other things than it was told to. */
class Hostile {
  over = false;
  cut = () => {};
  readonly #plan: Plan;
  readonly #lore: Lore;
  /** Kept back, to be sent later. */
  #held: Uint8Array[] = [];

  constructor(plan: Plan, lore: Lore) {
    this.#plan = plan;
    this.#lore = lore;
  }

  as(sender: Peer): Tamper {
    return (message) => this.#tamper(message, sender);
  }

  #tamper(message: Uint8Array, sender: Peer): Sent[] {
    this.#lore.see(message);
    // Without a greeting nothing follows.
    const greets = frameType(message, 0) <= FrameType.WELCOME;
    const sent: Sent[] = [];
    // A hostile peer says more than it is asked for: several things in place of one.
    for (let share = greets ? GREETING : MUTATED; !this.over; share = greets ? 0 : MORE) {
      const random = this.#plan.decide(share);
      if (!random) break;
      const instead = this.#instead(message, sender, random);
      this.#plan.tell(() => `${show(message)}\n  became ${instead.map(show).join(' and ') || 'nothing'}`);
      sent.push(...instead.map((one) => this.#counted(one)));
    }
    return sent.length > 0 ? sent : [{ message }];
  }

  #counted(message: Uint8Array | string): Sent {
    const arrived = () => {
      this.#plan.frames += typeof message === 'string' ? 1 : countFrames(message);
    };
    if (typeof message === 'string') return { message: Buffer.from(message), text: true, arrived };
    return { message, arrived };
  }

  #instead(message: Uint8Array, sender: Peer, random: Random): (Uint8Array | string)[] {
    const what = random.below(400);
    if (what < 1) {
      this.cut();
      return [];
    }
    if (what < 2) return ['text'];
    if (what < 30) {
      this.#held.push(message);
      return [];
    }
    const sent = mutate(message, random, this.#lore, random.chance(BROKEN) ? undefined : sender);
    if (!random.chance(0.2)) return sent;
    const late = this.#held;
    this.#held = [];
    return [...sent, ...late];
  }
}

type Action = (world: World, random: Random) => void;

const say: Action = ({ honest, bob, mallory, good, bad }, random) => {
  const all = [
    ...honest,
    ...[bob, mallory].flatMap(({ terminals }) => [...terminals].map(({ talker }) => talker)),
  ];
  const ends = [...good.talkers.values(), ...bad.talkers.values()].map(({ talker }) => talker);
  for (let i = random.below(6); i >= 0; i--) {
    random.pick([...all, ...ends]).say(random.pick(SAID));
  }
};

const open: Action = ({ mallory }, random) => {
  const vmId = random.pick([
    'vm-mallory',
    'vm-mallory',
    'vm-mallory-far',
    'vm-mallory-far',
    'vm-bob',
    'vm-nobody',
  ]);
  if (mallory.terminals.size < 8) mallory.open({ vmId }, { sends: 0, gets: undefined });
};

const leave: Action = ({ mallory }, random) => {
  const terminals = [...mallory.terminals];
  if (terminals.length < 3) return;
  const { talker, opener } = random.pick(terminals);
  if (random.chance(0.5)) talker.end();
  else opener.reset('OK', 'enough');
};

const stall: Action = ({ mallory, bad, honest }, random) => {
  const talkers = [...mallory.terminals, ...bad.talkers.values()].map(({ talker }) => talker).concat(honest);
  const talker = random.pick(talkers);
  if (random.chance(0.5)) talker.stall();
  else talker.goOn();
};

const probe: Action = ({ mallory, bob, bad }) => {
  for (const { opener } of [...mallory.terminals, ...bob.terminals]) opener.probe();
  void mallory.peer.leg?.ping();
  void bad.peer.leg?.ping();
};

const beat: Action = ({ good, bad }) => {
  good.beat();
  bad.beat();
};

const cut: Action = ({ mallory, bad }, random) => random.pick([mallory, bad]).peer.cut();

const stopVm: Action = ({ hub }, random) => {
  const vmId = random.pick(['vm-mallory', 'vm-mallory-far', 'vm-bob-far']);
  hub.relay.closeVm(vmId, 'VM_NOT_RUNNING', 'The VM was stopped.');
};

const signOut: Action = ({ hub }) =>
  hub.relay.closeSession('s-mallory', 'UNAUTHENTICATED', 'You signed out.');

const openRaw: Action = (world, random) => {
  if (world.raw.size > 3) return;
  const vmId = random.pick(['vm-mallory', 'vm-mallory', 'vm-mallory-far', 'vm-bob', 'vm nobody']);
  const ticket = random.pick([
    'ticket-mallory',
    'ticket-mallory',
    'ticket-mallory',
    'ticket-',
    'x'.repeat(300),
  ]);
  const more = random.pick([
    '',
    '',
    '&cols=0',
    '&rows=9&cols=1e3',
    '&readOnly=true',
    '&readOnly=maybe',
    '&terminalId=%ff',
  ]);
  world.openRaw(`?vmId=${vmId}&ticket=${ticket}${more}`);
};

const useRaw: Action = ({ raw }, random) => {
  if (raw.size === 0) return;
  const end = random.pick([...raw]);
  const size = random.pick([0, 1, 100, 300_000]);
  random.pick([
    () => end.send(new Uint8Array(size)),
    () => end.send('text'.repeat(size >> 2)),
    () => end.pong(new TextEncoder().encode(random.pick(['', '1', '-1', '1e999', String(size), 'x']))),
    () => end.pause(),
    () => end.resume(),
    () => end.close(1000),
    () => end.cut(),
  ])();
};

const ACTIONS: readonly Action[] = [
  ...new Array<Action>(20).fill(say),
  ...[open, open, open, leave, leave, stall, stall, stall, probe, probe, beat],
  ...[cut, openRaw, openRaw, useRaw, useRaw, useRaw, useRaw],
  ...[stopVm, signOut],
];

function show(message: Uint8Array | string): string {
  if (typeof message === 'string') return `the text "${message}"`;
  try {
    return framesOf(message)
      .map((frame) => JSON.stringify(decode(frame).frame, brief))
      .join(' ');
  } catch {
    return `${message.length} bytes ${Buffer.from(message.subarray(0, 80)).toString('hex')}`;
  }
}

function brief(_name: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return `${value.length}: ${Buffer.from(value.subarray(0, 24)).toString('hex')}`;
}
