import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { UniCoreError } from '../wire/index.ts';
import { type ControlRpc, controlRpc } from './rpc.ts';

interface Methods {
  double(value: number): Promise<number>;
  fail(how: 'ours' | 'signedOut' | 'zod' | 'other'): Promise<void>;
  hang(): Promise<void>;
}

const FAILURES = {
  ours: () => new UniCoreError('DISK_FULL', 'The disk is full. Make room.'),
  signedOut: () => new UniCoreError('UNAUTHENTICATED', 'Sign in again.'),
  zod: () => z.object({ cols: z.number() }).safeParse({}).error,
  other: () => new Error('password is hunter2'),
};

describe('the control RPC', () => {
  let caller: ControlRpc<Methods>;
  let server: ControlRpc<object>;
  let errors: unknown[];
  let sent: unknown[];

  beforeEach(() => {
    errors = [];
    sent = [];
    const local: Methods = {
      double: async (value) => value * 2,
      async fail(how) {
        throw FAILURES[how]();
      },
      hang: () => new Promise(() => {}),
    };
    const onError = (error: unknown) => errors.push(error);
    // Only plain data can pass between the two ends, as over a network.
    const wire = (to: () => ControlRpc<object>) => (value: unknown) => {
      sent.push(value);
      to().receive(JSON.parse(JSON.stringify(value)));
    };
    server = controlRpc<object, Methods>({ local, post: wire(() => caller), onError });
    caller = controlRpc<Methods, object>({ local: {}, post: wire(() => server), onError });
  });

  test('calls and answers', async () => {
    expect(await caller.remote.double(21)).toBe(42);
  });

  test('our errors arrive with their code', async () => {
    await expect(caller.remote.fail('ours')).rejects.toMatchObject({
      name: 'UniCoreError',
      code: 'DISK_FULL',
      message: 'The disk is full. Make room.',
    });
    await expect(caller.remote.fail('zod')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('a peer can’t say that the user who waits for its answer is signed out', async () => {
    await expect(caller.remote.fail('signedOut')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('of an error that nobody foresaw nothing gets out, but it is logged where it happened', async () => {
    await expect(caller.remote.fail('other')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(sent)).not.toContain('hunter2');
    expect(errors).toMatchObject([{ message: 'password is hunter2' }]);
  });

  test('a call that is not answered ends in TIMEOUT', async () => {
    const deaf = controlRpc<Methods, object>({ local: {}, post: () => {}, onError: () => {}, timeoutMs: 10 });
    await expect(deaf.remote.hang()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('close ends what still waits, with its error', async () => {
    const hanging = caller.remote.hang();
    caller.close(new UniCoreError('PROVIDER_UNREACHABLE', 'gone'));
    await expect(hanging).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  });

  test.each(['constructor', 'toString', '__proto__', 'nothing'])('%s is no method', async (method) => {
    const answers: unknown[] = [];
    const rpc = controlRpc({ local: {}, post: (value) => answers.push(value), onError: () => {} });
    rpc.receive({ t: 'q', i: '1', m: method, a: [] });
    await expect.poll(() => answers).toMatchObject([{ t: 's', i: '1', e: { code: 'INTERNAL' } }]);
  });

  test.each([
    null,
    7,
    'q',
    [],
    {},
    { t: 'q' },
    { t: 'q', m: 1, a: [] },
    { t: 's', i: 1 },
    { t: 's', i: 'x', e: 'text' },
    { t: 'x' },
  ])('%j is no message, and does no harm', async (value) => {
    server.receive(value);
    expect(errors).toHaveLength(1);
    expect(await caller.remote.double(1)).toBe(2);
  });

  test('an answer to nothing is ignored', async () => {
    caller.receive({ t: 's', i: 'unknown', r: 1 });
    expect(await caller.remote.double(1)).toBe(2);
  });
});
