/**
 * Part of the fuzz run: opens raw TCP connections to a hub, sends requests and bytes that no real client
 * would send, and reads the hub's answers.
 */
import { connect } from 'node:net';
import type { Random } from '@unicore/protocol/sim';

/**
 * How long this client waits for the hub's answer, ms. If the hub has sent no answer and has not closed the
 * socket by then, the result is `open`. A hub may leave the socket of an incomplete request open.
 */
const ANSWER_MS = 400;

const FRAMES = Buffer.from([0x82, 0x85, 1, 2, 3, 4]);

/**
 * Sends one random request to the hub. Resolves with the hub's answer, such as `HTTP 404`, `closed with 4011`
 * (a WebSocket close code), or `open` (the hub left the socket open). Rejects if the hub closed the
 * connection without an answer.
 */
export async function sendRawRequest(url: URL, random: Random, ticket: string): Promise<string> {
  const request = mutatedRequest(random, ticket);
  const whole = Buffer.from(request, 'latin1');
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const answer: Buffer[] = [];
  let hungUp = false;
  socket.on('error', () => {});
  socket.on('data', (bytes) => answer.push(bytes));
  socket.on('end', () => {
    hungUp = true;
  });
  const over = new Promise<void>((done) => socket.on('close', () => done()));
  const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
  const cut = random.chance(0.2) ? random.below(whole.length) : whole.length;
  socket.write(whole.subarray(0, cut));
  if (random.chance(0.6)) socket.write(noise(random));
  await over;
  clearTimeout(timer);
  return verdict(Buffer.concat(answer), hungUp, request);
}

function verdict(answer: Buffer, hungUp: boolean, request: string): string {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer.subarray(0, 12).toString('latin1')) ?? [];
  if (status !== undefined && status !== '101') return `HTTP ${status}`;
  if (status === '101') return closeCode(answer) ?? 'open';
  if (!hungUp) return 'open';
  throw new Error(`the hub hung up without an answer to ${JSON.stringify(request.slice(0, 300))}`);
}

/**
 * Returns the WebSocket close code that the hub sent after it had accepted an upgrade request. Returns
 * undefined if the hub sent no close frame.
 */
function closeCode(answer: Buffer): string | undefined {
  let at = answer.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= answer.length) {
    const [opcode, length] = [answer[at]! & 0xf, answer[at + 1]!];
    if (opcode === 8) return `closed with ${answer.readUInt16BE(at + 2)}`;
    const [head, size] =
      length < 126
        ? [2, length]
        : length === 126
          ? [4, answer.readUInt16BE(at + 2)]
          : [10, Number(answer.readBigUInt64BE(at + 2))];
    at += head + size;
  }
  return undefined;
}

function mutatedRequest(random: Random, ticket: string): string {
  const path = random.pick([
    '/consumer',
    '/provider',
    '/terminal',
    '/terminal',
    '/terminal',
    '/vnc/d-1',
    '/cdp/d-1',
    '/',
    '//',
    '/..',
    '*',
    '/trpc',
    '\0',
  ]);
  const value = () =>
    random.pick([
      '',
      '0',
      '-1',
      'vm-1',
      'main',
      '%',
      '%00',
      '%ff%fe',
      '1e9',
      'NaN',
      ticket,
      'x'.repeat(random.pick([65, 9_000])),
      '../x',
      '[]',
    ]);
  const keys = ['vmId', 'terminalId', 'ticket', 'cols', 'rows', 'readOnly', '__proto__', 'vmId', 'x', ''];
  const query = keys
    .filter(() => random.chance(0.5))
    .map((key) => `${key}=${value()}`)
    .join(random.pick(['&', '&', '&&', ';']));
  const headers = [
    'Host: hub',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: unicore.v1',
  ];
  for (let i = random.below(3); i > 0; i--) {
    const at = random.below(headers.length);
    random.pick([
      () => headers.splice(at, 1),
      () => headers.splice(at, 0, headers[at]!),
      () => headers.splice(at, 1, `${headers[at]!.split(':')[0]}: ${value()}`),
      () =>
        headers.push(
          random.pick([
            'Origin: http://evil.example',
            'Origin: null',
            'Origin: ',
            'Cookie: unicore_session=x',
          ]),
        ),
      () => headers.push(`X-Long: ${'x'.repeat(random.pick([1_000, 20_000]))}`),
      () =>
        headers.push(
          random.pick(['Content-Length: 5', 'Transfer-Encoding: chunked', 'Expect: 100-continue', ' folded']),
        ),
      () => headers.push('Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99'),
      () => headers.push(random.pick(['\0: x', 'no colon', ': no name', 'a b: c', 'x: \x7f\x01'])),
    ])();
  }
  const method = random.pick(['GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'CONNECT', 'get', 'X']);
  const version = random.pick([
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/2.0',
    'HTP/1.1',
  ]);
  return `${method} ${path}?${query} ${version}\r\n${headers.join('\r\n')}\r\n\r\n`;
}

/**
 * Returns bytes to send after the HTTP request: WebSocket frames with wrong bits, lengths or masks, or random
 * bytes.
 */
function noise(random: Random): Buffer {
  const [first, second] = [random.below(256), random.below(256)];
  return random.pick([
    () => Buffer.from(random.bytes(1 + random.below(200))),
    () => Buffer.concat([FRAMES, Buffer.from(random.bytes(5))]),
    () => Buffer.from([first, second, ...random.bytes(20)]),
    () => Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
    () => Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4]),
    // A WebSocket message in fragments. Its last fragment is missing, and a ping is between its fragments.
    () => Buffer.from([0x02, 0x81, 0, 0, 0, 0, 1, 0x89, 0x80, 0, 0, 0, 0, 0x00, 0x81, 0, 0, 0, 0, 2]),
    // Invalid WebSocket frames: text that is not UTF-8, a close frame with only one byte, and a close frame
    // with a forbidden code.
    () => Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]),
    () => Buffer.from([0x88, 0x81, 0, 0, 0, 0, 3]),
    () => Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]),
    () => Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 7]),
  ])();
}
