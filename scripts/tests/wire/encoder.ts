/** Encodes frames as a consumer sends them, from PROTOCOL.md section 2 alone. */
import { type Plain, writePlain } from './msgpack.ts';

const NONE = new Uint8Array();

const u16 = (value: number) => tagged(0xcd, 2, value);
const u32 = (value: number) => tagged(0xce, 4, value);
const u64 = (value: number) => tagged(0xcf, 8, value);
const bool = (value: boolean) => [value ? 0xc3 : 0xc2];
const bin = (bytes: Uint8Array) => [...tagged(0xc5, 2, bytes.length), ...bytes];
const meta = (value: Plain) => bin(new Uint8Array(writePlain(value)));
const text = (value: string) => bin(new TextEncoder().encode(value));

export const hello = (token: string) => frame(0x00, [1], [1], meta({ token }));
export const pong = (id: number) => frame(0x0c, u32(id));
export const reset = (ch: number, code: number) => frame(0x08, u32(ch), u16(code), text(''));
export const data = (ch: number, off: number, bytes: Uint8Array) =>
  frame(0x04, u32(ch), u64(off), bin(bytes));
export const ack = (ch: number, consumed: number, limit: number) =>
  frame(0x06, u32(ch), u64(consumed), u64(limit));
export const fin = (ch: number, finalOff: number) =>
  frame(0x07, u32(ch), u64(finalOff), u16(0), text('goodbye'));

export interface Position {
  readonly recvNext: number;
  readonly limit: number;
}

/** Encodes the OPEN of a terminal, for a new or a resumed channel. */
export const open = (
  ch: number,
  epoch: Uint8Array,
  attach: number,
  { recvNext, limit }: Position,
  mustExist: boolean,
  about: Plain,
) =>
  frame(
    0x02,
    u32(ch),
    [0xc4, 0x10, ...epoch],
    u32(attach),
    [0],
    u64(recvNext),
    u64(limit),
    bool(mustExist),
    bin(NONE),
    meta(about),
  );

export const sync = (
  ch: number,
  attach: number,
  { recvNext, limit }: Position,
  sentEnd: number,
  reply: boolean,
) => frame(0x09, u32(ch), u32(attach), u64(recvNext), u64(limit), u64(sentEnd), bool(reply));

function frame(type: number, ...fields: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array([0x90 + fields.length + 1, type, ...fields.flat()]);
}

/** Division works for numbers above 32 bits, but shifts do not. */
function tagged(tag: number, bytes: number, value: number): number[] {
  return [tag, ...Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)];
}
