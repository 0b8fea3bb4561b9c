/**
 * Part of the fuzz run: the target `session` tests connections, channels, relay and gateway in simulated
 * time. In each fuzzing case, one role is played by a hostile peer.
 */

import type { Random } from '@unicore/protocol/sim';
import { HostilePeer } from '../hostile-peer.ts';
import { SeenValues } from '../mutation/seen-values.ts';
import type { Plan } from '../run/plan.ts';
import type { Tamper } from '../session/line.ts';
import { World } from '../session/session-world.ts';

/**
 * After a changed version of a message, the probability that another changed version of it is sent (0 to 1).
 */
const MORE = 0.98;
/**
 * Numbers of bytes that a peer sends at once: single keys, lines, and sometimes more than a flow-control
 * window.
 */
const SAID = [
  ...new Array<number>(20).fill(1),
  ...new Array<number>(15).fill(40),
  700,
  700,
  3_000,
  20_000,
  200_000,
];
/** Number of actions in one fuzzing case, and the longest pause between two actions, ms of simulated time. */
const ACTS = 60;
const PAUSE_MS = 150;

/**
 * Whose messages a fuzzing case changes: those of the user Mallory or of the provider `bad`. It changes their
 * messages to the hub (up), the messages that they get from the hub (down), or both.
 */
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
  const seen = new SeenValues(recorded);
  const hostile = new HostilePeer(plan, seen, MORE);
  const listen: Tamper = (message) => {
    seen.see(message);
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

type Action = (world: World, random: Random) => void;

const say: Action = ({ honest, bob, mallory, good, bad }, random) => {
  const all = [
    ...honest,
    ...[bob, mallory].flatMap(({ terminals }) => [...terminals].map(({ stream }) => stream)),
  ];
  const ends = [...good.streams.values(), ...bad.streams.values()].map(({ stream }) => stream);
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
  const { stream, opener } = random.pick(terminals);
  if (random.chance(0.5)) stream.end();
  else opener.reset('OK', 'enough');
};

const stall: Action = ({ mallory, bad, honest }, random) => {
  const streams = [...mallory.terminals, ...bad.streams.values()].map(({ stream }) => stream).concat(honest);
  const stream = random.pick(streams);
  if (random.chance(0.5)) stream.stall();
  else stream.goOn();
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
  hub.relay.closeTarget(vmId, 'VM_NOT_RUNNING', () => 'The VM was stopped.');
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
    () => end.terminate(),
  ])();
};

const ACTIONS: readonly Action[] = [
  ...new Array<Action>(20).fill(say),
  ...[open, open, open, leave, leave, stall, stall, stall, probe, probe, beat],
  ...[cut, openRaw, openRaw, useRaw, useRaw, useRaw, useRaw],
  ...[stopVm, signOut],
];
