/**
 * PROTOCOL.md agrees with the code: the tests compare its layouts, examples, lists and numbers with the code.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SAMPLES } from '../testing/index.ts';
import { decode, encode, isChannelFrame } from './codec.ts';
import { closeCode, ERRORS, type ErrorCode } from './errors.ts';
import {
  ChannelKind,
  type ChannelKindName,
  type Frame,
  MAX_DATA,
  MAX_DICTIONARY,
  MAX_MESSAGE,
  MAX_META,
  MAX_TEXT,
  MOST_WINDOWS,
  WINDOWS,
} from './frame.ts';
import { type Field, FORM_BYTES, Form, LAYOUTS } from './layout.ts';
import { META_LIMITS } from './meta.ts';
import { maySend, type Peer } from './roles.ts';

const doc = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');
const samples = Object.values(SAMPLES) as Frame[];
const FORM_NAMES = Object.keys(Form).map((name) => name.toLowerCase());

/**
 * Returns the rows of the table whose first column has this heading. Cells are trimmed, and code marks are
 * removed.
 */
function table(firstColumn: string): string[][] {
  const lines = doc.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/**
 * Returns the layout of a frame type on one line and an example on the next line, with two spaces between
 * fields.
 */
function frameLines(frame: Frame): string {
  const { name, header, fields } = LAYOUTS[frame.type]!;
  const bytes = encode(frame);
  const parts = [hex(bytes.subarray(0, 2))];
  const names = [hex(Uint8Array.of(header, frame.type))];
  let at = 2;
  for (const field of fields) {
    const end =
      at + FORM_BYTES[field.form]! + (field.form >= Form.BIN ? (bytes[at + 1]! << 8) | bytes[at + 2]! : 0);
    parts.push(hex(bytes.subarray(at, end)));
    names.push(`${field.name}:${formName(field)}`);
    at = end;
  }
  return `${name.padEnd(9)}${names.join('  ')}\n         ${parts.join('  ')}`;
}

function formName({ form }: Field): string {
  return FORM_NAMES[form]!;
}

describe('frames', () => {
  test.each(samples.map((frame) => [LAYOUTS[frame.type]!.name, frame] as const))(
    '%s has the layout and the example of the document',
    (_name, frame) => {
      expect(doc).toContain(frameLines(frame));
    },
  );

  test('every example is a whole frame', () => {
    const examples = doc.match(/^ {9}9[0-9a-f]( {1,2}[0-9a-f]{2})+$/gm)!;
    expect(examples.length).toBe(samples.length);
    for (const example of examples) {
      const bytes = Uint8Array.from(example.trim().split(/ +/), (byte) => Number.parseInt(byte, 16));
      expect(decode(bytes).end).toBe(bytes.length);
    }
  });

  test('the table of senders is the one in force', () => {
    const peers: Peer[] = ['consumer', 'provider', 'hub', 'relay', 'tunnel', 'keeper'];
    const rows = table('frame').map(([name, ...cells]) => [name, ...cells.slice(0, peers.length)]);
    const expected = LAYOUTS.map(({ name }, type) => [
      name,
      ...peers.map((peer) => (maySend(peer, type) ? 'yes' : '')),
    ]);
    expect(rows).toEqual(expected);
  });

  test('the frames of a channel are the ones with a channel number', () => {
    const listed = /A channel's frames are ([A-Z, ]+) and ([A-Z]+)/.exec(doc.replace(/\s+/g, ' '))!;
    const names = [...listed[1]!.split(', '), listed[2]!];
    expect(names).toEqual(LAYOUTS.filter((_, type) => isChannelFrame(type)).map(({ name }) => name));
  });
});

test('the list of errors is the one in force', () => {
  const expected = (Object.keys(ERRORS) as ErrorCode[]).map((name) => [
    String(ERRORS[name].number),
    name,
    String(closeCode(name)),
    String(ERRORS[name].http),
    ERRORS[name].retry ? 'yes' : '',
  ]);
  expect(table('number').map((row) => row.slice(0, 5))).toEqual(expected);
});

test('the kinds and their windows are the ones in force', () => {
  const expected = (Object.keys(ChannelKind) as ChannelKindName[]).map((name) => [
    name,
    String(ChannelKind[name]),
    windows(name),
  ]);
  expect(table('kind').map((row) => row.slice(0, 3))).toEqual(expected);

  function windows(name: ChannelKindName): string {
    const [first, most] = [WINDOWS[name], MOST_WINDOWS[name]];
    return most === first ? size(first) : `${size(first)}, ${size(most)}`;
  }

  function size(bytes: number): string {
    return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;
  }
});

test('the limits are the ones in force', () => {
  const limits = new Map(table('limit').map(([name, value]) => [name, value]));
  expect(Object.fromEntries(limits)).toMatchObject({
    'a WebSocket message': `${MAX_MESSAGE} bytes`,
    'bytes in DATA or DATAZ, and what DATAZ makes of them': `${MAX_DATA} bytes`,
    'dictionary of DATAZ': `${MAX_DICTIONARY} bytes`,
    'meta, auth': `${MAX_META} bytes`,
    'message in RESET and FIN': `${MAX_TEXT} bytes`,
    'depth of meta': String(META_LIMITS.depth),
    'entries of meta': String(META_LIMITS.entries),
  });
});
