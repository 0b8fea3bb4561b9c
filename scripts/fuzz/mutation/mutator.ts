/**
 * Part of the fuzz run: changes a message of an honest peer into a message that a hostile peer might send.
 */
import { frameType, MAX_MESSAGE, type Peer, UniCoreError } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { LAYOUTS, maySend } from '@unicore/protocol/testing';
import { framesOf, joined, partNamed, setNumber } from './frame-layout.ts';
import { FRAME_MUTATIONS } from './frame-mutations.ts';
import type { SeenValues } from './seen-values.ts';

/** Largest number of copies of one frame that a mutation (a random change) adds to a message. */
const MOST_FRAMES = 8;
/**
 * How often another mutation (random change) of a message is tried, until the sender's role may send the
 * result. If no attempt succeeds, the message stays as it is.
 */
const TRIES = 8;

/**
 * A mutation (a random change) of one message, which is given as its frames. Returns the messages to send
 * instead of the original message, in order. The list is empty if the message is dropped.
 */
type MessageMutation = (frames: Uint8Array[], random: Random, seen: SeenValues) => Uint8Array[];

/** This mutation changes one frame of the message. */
const changeFrame: MessageMutation = (frames, random, seen) => {
  const at = random.below(frames.length);
  return [joined(frames.with(at, random.pick(FRAME_MUTATIONS)(frames[at]!, random, seen)))];
};

/**
 * This mutation inserts a frame from another time, channel, socket or role into a message, or replaces one of
 * the message's frames by it. Often the inserted frame gets a channel number that the hostile peer has seen.
 */
const splice: MessageMutation = (frames, random, seen) => {
  const foreign = seen.frame(random);
  const ch = partNamed(foreign, 'ch');
  if (ch && random.chance(0.6)) setNumber(foreign, ch, seen.number(ch, random));
  const changed = random.chance(0.3) ? random.pick(FRAME_MUTATIONS)(foreign, random, seen) : foreign;
  return [joined(frames.toSpliced(random.below(frames.length + 1), random.below(2), changed))];
};

const repeat: MessageMutation = (frames, random) => {
  const frame = random.pick(frames);
  const often = Math.min(MOST_FRAMES, Math.floor(MAX_MESSAGE / frame.length));
  return [joined([...frames, ...new Array<Uint8Array>(1 + random.below(often)).fill(frame)])];
};

const repeatMessage: MessageMutation = (frames) => [joined(frames), joined(frames)];

const swap: MessageMutation = (frames, random) => {
  const [a, b] = [random.below(frames.length), random.below(frames.length)];
  return [joined(frames.with(a, frames[b]!).with(b, frames[a]!))];
};

const dropFrame: MessageMutation = (frames, random) => {
  const left = frames.toSpliced(random.below(frames.length), 1);
  return left.length > 0 ? [joined(left)] : [];
};

const drop: MessageMutation = () => [];

const cutOff: MessageMutation = (frames, random) => {
  const whole = joined(frames);
  return [whole.slice(0, random.below(whole.length))];
};

/** This mutation splits a message: each of its frames is sent in its own message. */
const scatter: MessageMutation = (frames) => frames;

const oversized: MessageMutation = (frames, random) => {
  const fill = random.pick([MAX_MESSAGE, MAX_MESSAGE + 1, 2 * MAX_MESSAGE]);
  return [joined([joined(frames), new Uint8Array(fill)]).slice(0, fill)];
};

const noise: MessageMutation = (frames, random) => {
  const layout = random.pick(LAYOUTS);
  const type = LAYOUTS.indexOf(layout);
  return [
    joined([
      joined(frames),
      Uint8Array.of(layout.header, type),
      random.bytes(random.below(layout.fixedBytes)),
    ]),
  ];
};

/**
 * All mutations (random changes) of a message. A mutation that is listed several times is picked more often.
 */
const MUTATIONS: readonly MessageMutation[] = [
  ...new Array<MessageMutation>(14).fill(changeFrame),
  ...new Array<MessageMutation>(6).fill(splice),
  ...[repeat, repeatMessage, repeatMessage, swap, dropFrame, drop, drop, scatter],
  ...[cutOff, noise],
  oversized,
];

/**
 * Changes a message of a peer at random. `sender` is the peer's role. With `sender`, the changed message
 * contains only frames that this role may send, so the receiver does not refuse it for its frame types.
 * Without `sender`, the changed message can contain anything, and usually the receiver ends the socket at
 * once.
 */
export function mutate(message: Uint8Array, random: Random, seen: SeenValues, sender?: Peer): Uint8Array[] {
  const frames = framesOf(message);
  if (frames.length === 0) return [message];
  for (let tries = 0; tries < TRIES; tries++) {
    const copies = frames.map((frame) => frame.slice());
    const mutated = random.pick(MUTATIONS)(copies, random, seen);
    if (sender === undefined || mutated.every((one) => isSpeech(one, sender))) return mutated;
  }
  return [message];
}

function isSpeech(message: Uint8Array, sender: Peer): boolean {
  try {
    const frames = framesOf(message);
    const allowed = frames.every((frame) => maySend(sender, frameType(frame, 0)));
    return allowed && frames.length > 0 && message.length <= MAX_MESSAGE;
  } catch (error) {
    if (!(error instanceof UniCoreError)) throw error;
    return false;
  }
}
