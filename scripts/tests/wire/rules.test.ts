/** Checks that the rules for recorded traffic find violations. */
import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { ack, data, fin, hello, open, pong, reset, sync } from './encoder.ts';
import { History, LegRules } from './leg-rules.ts';

const EPOCH = new Uint8Array(16).fill(7);
const WINDOW = 524_288;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const WELCOME = bytes('93 01 01 c5 00 01 80');
const DETACHED = bytes('93 0a ce 00 00 00 01 cd 00 17');
const accept = (recvNext: number, attach = 1, ch = 1) => {
  const frame = Buffer.from('9603ce00000000ce00000000cf0000000000000000cf0000000000000000c50000', 'hex');
  frame.writeUInt32BE(ch, 3);
  frame.writeUInt32BE(attach, 8);
  frame.writeBigUInt64BE(BigInt(recvNext), 13);
  frame.writeBigUInt64BE(BigInt(recvNext + WINDOW), 22);
  return new Uint8Array(frame);
};
const at = (recvNext: number) => ({ recvNext, limit: recvNext + WINDOW });
const opening = (ch = 1, attach = 1, recvNext = 0) =>
  open(ch, EPOCH, attach, at(recvNext), attach > 1, { vmId: 'v' });
const abc = new TextEncoder().encode('abc');

let leg: LegRules;
const consumer = (frame: Uint8Array) => leg.message('consumer', frame);
const hub = (frame: Uint8Array) => leg.message('hub', frame);

beforeEach(() => {
  leg = new LegRules('consumer', new History());
});

describe('the handshake', () => {
  test('nothing passes before WELCOME', () => {
    expect(() => consumer(opening())).toThrow('before WELCOME');
    consumer(hello('t'));
    expect(() => consumer(opening())).toThrow('before WELCOME');
  });

  test('HELLO comes first, and once', () => {
    expect(() => hub(WELCOME)).toThrow('out of turn');
    consumer(hello('t'));
    expect(() => consumer(hello('t'))).toThrow('a second HELLO');
  });

  test('an answer to a question that was not asked is noticed', () => {
    consumer(hello('t'));
    hub(WELCOME);
    expect(() => consumer(pong(7))).toThrow('not asked');
  });
});

describe('a channel', () => {
  beforeEach(() => {
    consumer(hello('t'));
    hub(WELCOME);
    consumer(opening());
    hub(accept(0));
  });

  test('carries bytes, probes and both ends of them', () => {
    consumer(data(1, 0, abc));
    hub(ack(1, 3, 3 + WINDOW));
    consumer(sync(1, 1, at(0), 3, false));
    hub(sync(1, 1, at(3), 0, true));
    consumer(fin(1, 3));
    hub(ack(1, 4, 3 + WINDOW));
    hub(fin(1, 0));
    consumer(ack(1, 1, WINDOW));
    consumer(reset(1, 0));
  });

  test.for([
    ['a consumer that accepts', () => consumer(accept(0)), 'ACCEPT by a consumer'],
    ['a number out of turn', () => consumer(opening(5, 2)), 'instead of 3'],
    ['an attachment that does not rise', () => consumer(opening(3, 1)), 'attach 1 after 1'],
    ['a frame for no channel', () => consumer(data(9, 0, abc)), 'never opened'],
    ['bytes that skip some', () => consumer(data(1, 1, abc)), 'bytes at 1 instead of 0'],
    ['a confirmation of nothing', () => hub(ack(1, 1, WINDOW)), 'never sent'],
    ['a limit that falls', () => hub(ack(1, 0, WINDOW - 1)), 'limit falls'],
    ['a window above that of its kind', () => hub(ack(1, 0, WINDOW + 1)), 'a window of 524289'],
    ['a probe of another attachment', () => consumer(sync(1, 2, at(0), 0, false)), 'SYNC of attachment 2'],
    ['a probe that says less than was sent', () => consumer(sync(1, 1, at(0), 9, false)), 'sentEnd at 9'],
    ['an answer to no probe', () => consumer(sync(1, 1, at(0), 0, true)), 'answers none'],
    ['an end that is elsewhere', () => consumer(fin(1, 5)), 'FIN at 5'],
    ['an end that nobody confirmed', () => consumer(reset(1, 0)), 'RESET(OK)'],
  ] as const)('%s is noticed', ([, breakRule, message]) => {
    expect(breakRule).toThrow(message);
  });

  test('bytes beyond the limit are noticed', () => {
    const piece = new Uint8Array(16_384);
    for (let off = 0; off < WINDOW; off += piece.length) consumer(data(1, off, piece));
    expect(() => consumer(data(1, WINDOW, abc))).toThrow('beyond the limit');
  });

  test('bytes behind the end are noticed', () => {
    consumer(fin(1, 0));
    expect(() => consumer(data(1, 0, abc))).toThrow('instead of 1');
  });

  test('other bytes in the next attachment are noticed', () => {
    consumer(data(1, 0, abc));
    hub(DETACHED);
    consumer(opening(3, 2));
    hub(accept(0, 2, 3));
    expect(() => consumer(data(3, 0, new TextEncoder().encode('abd')))).toThrow('other bytes');
    expect(() => hub(data(1, 0, abc))).toThrow('over');
  });

  test('a confirmation that is taken back is noticed', () => {
    consumer(data(1, 0, abc));
    hub(ack(1, 3, 3 + WINDOW));
    expect(() => hub(ack(1, 2, 3 + WINDOW))).toThrow('consumed falls');
  });
});

describe('deflated bytes', () => {
  const prose = new TextEncoder().encode('one two four');
  const packed = deflateRawSync(prose, { dictionary: prose });
  const dataz = (off: number, dictLen: number, rawLen: number, packed: Uint8Array) => {
    const frame = Buffer.from('9605ce00000001cf0000000000000000cd0000cd0000c50000', 'hex');
    frame.writeBigUInt64BE(BigInt(off), 8);
    frame.writeUInt16BE(dictLen, 17);
    frame.writeUInt16BE(rawLen, 20);
    frame.writeUInt16BE(packed.length, 23);
    return new Uint8Array(Buffer.concat([frame, packed]));
  };
  const begin = (features: string[]) => {
    consumer(hello('t'));
    hub(WELCOME);
    consumer(open(1, EPOCH, 1, at(0), false, { vmId: 'v', features }));
    hub(accept(0));
    hub(data(1, 0, prose));
  };

  test('are read with what came before', () => {
    begin(['dataz']);
    hub(dataz(12, 12, 12, packed));
    expect(() => hub(data(1, 25, abc))).toThrow('bytes at 25 instead of 24');
  });

  test.for([
    ['a dictionary before the first byte', 13, 12, 'a dictionary of 13 bytes'],
    ['fewer bytes than it says', 12, 13, 'DATAZ of 12 bytes that says 13'],
    ['more bytes than it says', 12, 11, 'Cannot create a Buffer larger than 11 bytes'],
    ['a shorter dictionary', 6, 12, 'invalid distance too far back'],
  ] as const)('%s is noticed', ([, dictLen, rawLen, message]) => {
    begin(['dataz']);
    expect(() => hub(dataz(12, dictLen, rawLen, packed))).toThrow(message);
  });

  test('are noticed if the receiver cannot read them', () => {
    begin([]);
    expect(() => hub(dataz(12, 0, 3, deflateRawSync(abc)))).toThrow('does not read it');
  });
});
