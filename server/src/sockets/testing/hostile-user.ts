/** A signed-in user who breaks the rules: sends frames without the checks of our own client, and reads the answers. */
import { decode, encode, errorName, type Frame, type FrameOf, FrameType, packMeta } from '@unicore/protocol';
import { SAMPLES } from '@unicore/protocol/testing';
import type { Dialled } from './dial-leg.ts';
import { startTestConsumer } from './test-consumer.ts';

/** A valid OPEN, to be changed by each test. */
export const OPEN: FrameOf<typeof FrameType.OPEN> = {
  ...SAMPLES[FrameType.OPEN],
  meta: packMeta({ vmId: 'vm-mallory' }),
};

export interface HostileUser extends Dialled {
  /** Sends all frames in one message. */
  send(...frames: Frame[]): void;
  /** The frames received on a channel from here on, one by one. */
  answers(ch?: number): { next(): Promise<Frame> };
  /** Sends an OPEN with these changes and returns how it was refused. */
  refused(change: Partial<typeof OPEN>): Promise<{ type: number; code: string; message?: string }>;
}

export async function startHostileUser(hubUrl: string): Promise<HostileUser> {
  const dialled = await startTestConsumer(hubUrl, 'mallory');
  const { ws, leg } = dialled;

  const send = (...frames: Frame[]) => ws.send(Buffer.concat(frames.map((frame) => encode(frame))));

  function answers(ch = 1): { next(): Promise<Frame> } {
    const come: Frame[] = [];
    const wanted: ((frame: Frame) => void)[] = [];
    leg.bind(ch, {
      receive(_type, message, start) {
        const { frame } = decode(message, start);
        const want = wanted.shift();
        if (want) want(frame);
        else come.push(frame);
      },
      lost() {},
    });
    return {
      next() {
        const frame = come.shift();
        return frame ? Promise.resolve(frame) : new Promise((done) => wanted.push(done));
      },
    };
  }

  let nextCh = 1;
  async function refused(change: Partial<typeof OPEN>) {
    const ch = nextCh;
    nextCh += 2;
    const answer = answers(ch);
    send({ ...OPEN, ch, ...change });
    const frame = await answer.next();
    if (frame.type !== FrameType.RESET && frame.type !== FrameType.DETACHED) {
      throw new Error(`answered by a frame of type ${frame.type}`);
    }
    return { ...frame, code: errorName(frame.code) };
  }

  return { ...dialled, send, answers, refused };
}
