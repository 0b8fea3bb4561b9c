/**
 * The only legal layout of each frame type: which fields follow the type, in which order, and how each field
 * is written.
 */
import {
  EPOCH_BYTES,
  type Frame,
  type FrameOf,
  FrameType,
  MAX_DATA,
  MAX_DICTIONARY,
  MAX_META,
  MAX_TEXT,
} from './frame.ts';

/**
 * How one field is written in msgpack. Each form has only one legal encoding, so that equal frames have equal
 * bytes. The type bytes are hexadecimal:
 * FIXINT: 00 to 7f · U16: cd, 2 bytes · U32: ce, 4 bytes · U64: cf, 8 bytes · BOOL: c2 or c3
 * EPOCH: c4 10, 16 bytes · BIN and TEXT: c5, length as u16, content
 */
export const Form = { FIXINT: 0, U16: 1, U32: 2, U64: 3, BOOL: 4, EPOCH: 5, BIN: 6, TEXT: 7 } as const;

/**
 * Number of bytes that a field takes in a frame. The array index is the field's form, as a number in `Form`.
 * For BIN and TEXT, only the type byte and the length are counted, and the content is not.
 */
export const FORM_BYTES = [1, 3, 5, 9, 1, 2 + EPOCH_BYTES, 3, 3] as const;

export interface Field<Name extends string = string, F extends number = number> {
  readonly name: Name;
  readonly form: F;
  /**
   * The smallest and the largest legal value of the field. For BIN, TEXT and EPOCH, these are limits of the
   * field's length in bytes.
   */
  readonly min: number;
  readonly max: number;
}

type FormOf<Value> = Value extends number
  ? 0 | 1 | 2 | 3
  : Value extends boolean
    ? typeof Form.BOOL
    : Value extends string
      ? typeof Form.TEXT
      : typeof Form.EPOCH | typeof Form.BIN;
type FieldsOf<F extends Frame> = readonly {
  [K in Exclude<keyof F, 'type'>]: Field<K & string, FormOf<F[K]>>;
}[Exclude<keyof F, 'type'>][];

const fixint = <N extends string>(name: N) => ({ name, form: Form.FIXINT, min: 0, max: 0x7f }) as const;
const u16 = <N extends string>(name: N, min = 0, max = 0xffff) =>
  ({ name, form: Form.U16, min, max }) as const;
const u32 = <N extends string>(name: N, min = 0) => ({ name, form: Form.U32, min, max: 0xffffffff }) as const;
const u64 = <N extends string>(name: N) =>
  ({ name, form: Form.U64, min: 0, max: Number.MAX_SAFE_INTEGER }) as const;
const bool = <N extends string>(name: N) => ({ name, form: Form.BOOL, min: 0, max: 1 }) as const;
const epoch = <N extends string>(name: N) =>
  ({ name, form: Form.EPOCH, min: EPOCH_BYTES, max: EPOCH_BYTES }) as const;
const bin = <N extends string>(name: N, max: number) => ({ name, form: Form.BIN, min: 0, max }) as const;
const text = <N extends string>(name: N) => ({ name, form: Form.TEXT, min: 0, max: MAX_TEXT }) as const;

/**
 * The first field of every channel frame. The four bytes of `ch` therefore have the same position in all
 * channel frames.
 */
const ch = u32('ch', 1);

const FIELDS: { readonly [T in Frame['type']]: FieldsOf<FrameOf<T>> } = {
  [FrameType.HELLO]: [fixint('version'), fixint('minVersion'), bin('meta', MAX_META)],
  [FrameType.WELCOME]: [fixint('version'), bin('meta', MAX_META)],
  [FrameType.OPEN]: [
    ch,
    epoch('epoch'),
    u32('attach'),
    fixint('kind'),
    u64('recvNext'),
    u64('limit'),
    bool('mustExist'),
    bin('auth', MAX_META),
    bin('meta', MAX_META),
  ],
  [FrameType.ACCEPT]: [ch, u32('attach'), u64('recvNext'), u64('limit'), bin('meta', MAX_META)],
  [FrameType.DATA]: [ch, u64('off'), bin('bytes', MAX_DATA)],
  [FrameType.DATAZ]: [
    ch,
    u64('off'),
    u16('dictLen', 0, MAX_DICTIONARY),
    u16('rawLen', 1, MAX_DATA),
    bin('bytes', MAX_DATA),
  ],
  [FrameType.ACK]: [ch, u64('consumed'), u64('limit')],
  [FrameType.FIN]: [ch, u64('finalOff'), u16('code'), text('message')],
  [FrameType.RESET]: [ch, u16('code'), text('message')],
  [FrameType.SYNC]: [ch, u32('attach'), u64('recvNext'), u64('limit'), u64('sentEnd'), bool('reply')],
  [FrameType.DETACHED]: [ch, u16('code')],
  [FrameType.PING]: [u32('id')],
  [FrameType.PONG]: [u32('id')],
  [FrameType.GOAWAY]: [u16('code'), u32('afterMs')],
  [FrameType.BEAT]: [u32('seq'), bin('meta', MAX_META)],
  [FrameType.BEATACK]: [u32('seq'), bin('meta', MAX_META)],
};

export interface Layout {
  readonly name: string;
  /** The first byte of the frame: a msgpack array header with the number of elements, including the type. */
  readonly header: number;
  readonly fields: readonly Field[];
  /** Number of bytes in the frame, without the content of its BIN and TEXT fields. */
  readonly fixedBytes: number;
  /** True if the frame belongs to a channel. Its first field is then `ch`. */
  readonly channel: boolean;
}

/** The layouts of all frames. The index is the frame type. */
export const LAYOUTS: readonly Layout[] = Object.entries(FrameType).map(([name, type]) => {
  const fields: readonly Field[] = FIELDS[type];
  return {
    name,
    header: 0x90 | (fields.length + 1),
    fields,
    fixedBytes: fields.reduce((sum, field) => sum + FORM_BYTES[field.form]!, 2),
    channel: fields[0] === ch,
  };
});
