/**
 * Part of the fuzz run: records a session between honest peers. It yields frames of every type from every
 * kind of socket. The fuzz run changes these frames.
 */
import { encode, FrameType, frameType } from '@unicore/protocol';
import { Random } from '@unicore/protocol/sim';
import { SAMPLES } from '@unicore/protocol/testing';
import { framesOf } from './mutation/frame-layout.ts';
import { World } from './session/session-world.ts';

/**
 * Number of recorded frames that are kept per frame type and direction. The number gives enough variety, and
 * is small enough that each frame is picked often.
 */
const KEPT = 12;

/** Plays a session in simulated time. Resolves with recorded frames of every type, in different variants. */
export async function record(seed: number): Promise<Uint8Array[]> {
  const kept = new Map<string, Uint8Array[]>();
  const tap = (from: string) => (message: Uint8Array) => {
    for (const frame of framesOf(message)) {
      const key = `${from} ${frameType(frame, 0)}`;
      const list = kept.get(key) ?? [];
      kept.set(key, list);
      if (list.length < KEPT) list.push(frame);
    }
    return [{ message }];
  };
  const ofUser = { up: tap('consumer'), down: tap('hub to consumer') };
  const ofProvider = { up: tap('provider'), down: tap('hub to provider') };
  const others = { up: tap('other'), down: tap('hub to other') };
  const world = new World({
    random: new Random(seed),
    tamper: { mallory: ofUser, bad: ofProvider, others },
    ended() {},
  });
  await play(world);
  const frames = [...kept.values()].flat();
  const seen = new Set(frames.map((frame) => frameType(frame, 0)));
  const missing = Object.values(FrameType).filter((type) => !seen.has(type));
  return frames.concat(missing.map((type) => encode(SAMPLES[type])));
}

/** Plays a session in simulated time in which every event of the protocol occurs. */
async function play(world: World): Promise<void> {
  const { mallory, bad, honest } = world;
  await world.start();
  const streams = ['vm-mallory', 'vm-mallory-far', 'vm-nobody'].map((vmId) =>
    mallory.open({ vmId }, { sends: 0, gets: undefined }),
  );
  await world.advance(500);
  for (const stream of [...streams, ...honest]) stream.say(300);
  for (const { stream } of bad.streams.values()) stream.say(200_000);
  await world.advance(1_000);
  for (const stream of streams) stream.channel?.probe();
  void mallory.peer.leg?.ping();
  void bad.peer.leg?.ping();
  bad.beat();
  await world.advance(500);
  mallory.peer.cut();
  await world.advance(1_000);
  bad.peer.cut();
  await world.advance(3_000);
  streams[1]!.end();
  streams[0]!.channel?.reset('OK', 'enough');
  await world.advance(20_000);
  await world.stopHub();
}
