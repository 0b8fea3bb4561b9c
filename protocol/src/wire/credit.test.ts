import { expect, test } from 'vitest';
import { SAMPLES } from '../testing/index.ts';
import { encode } from './codec.ts';
import { bytesEnd, confirmedIn, limitIn } from './credit.ts';
import { type Frame, FrameType } from './frame.ts';

/** Places a frame between other bytes, as in a message of several frames. */
function placed(frame: Frame): { message: Uint8Array; start: number; end: number } {
  const bytes = encode(frame);
  const message = new Uint8Array(5 + bytes.length + 5).fill(0xff);
  message.set(bytes, 5);
  return { message, start: 5, end: 5 + bytes.length };
}

const FAR = 2 ** 45 + 77;

test('the end of the bytes in a frame is read without decoding it', () => {
  const data = placed({ ...SAMPLES[FrameType.DATA], off: FAR, bytes: new Uint8Array(300) });
  expect(bytesEnd(FrameType.DATA, data.message, data.start, data.end)).toBe(FAR + 300);
  const dataz = placed({ ...SAMPLES[FrameType.DATAZ], off: FAR, rawLen: 5000 });
  expect(bytesEnd(FrameType.DATAZ, dataz.message, dataz.start, dataz.end)).toBe(FAR + 5000);
});

test('the limit in a frame is read without decoding it', () => {
  for (const type of [FrameType.ACK, FrameType.ACCEPT, FrameType.SYNC] as const) {
    const { message, start } = placed({ ...SAMPLES[type], limit: FAR });
    expect(limitIn(type, message, start)).toBe(FAR);
  }
});

test('the confirmed offset in a frame is read without decoding it', () => {
  const fields = [
    [FrameType.ACK, 'consumed'],
    [FrameType.ACCEPT, 'recvNext'],
    [FrameType.SYNC, 'recvNext'],
  ] as const;
  for (const [type, field] of fields) {
    const { message, start } = placed({ ...SAMPLES[type], [field]: FAR });
    expect(confirmedIn(type, message, start)).toBe(FAR);
  }
});

test('a frame that carries neither bytes nor a limit gives undefined', () => {
  for (const type of [FrameType.FIN, FrameType.RESET, FrameType.DETACHED] as const) {
    const { message, start, end } = placed(SAMPLES[type]);
    expect(bytesEnd(type, message, start, end)).toBeUndefined();
    expect(limitIn(type, message, start)).toBeUndefined();
    expect(confirmedIn(type, message, start)).toBeUndefined();
  }
});
