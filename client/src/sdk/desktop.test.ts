/** A desktop beside its screen: calls, news, and files both ways, on a simulated hub. */
import { describe, expect, test } from 'vitest';
import { listenedDesktop, type OpenedDesktop } from './testing/fake-desktop.ts';

const SOON_MS = 100;

/** Lets simulated time and real promises go on until the promise has ended. */
async function ended<T>({ hub }: OpenedDesktop, promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let result: PromiseSettledResult<T> | undefined;
  void Promise.allSettled([promise]).then(([settled]) => {
    result = settled;
  });
  while (!result) {
    await hub.clock.advance(SOON_MS);
    await new Promise((soon) => setImmediate(soon));
  }
  return result;
}

const settledValue = async <T>(opened: OpenedDesktop, promise: Promise<T>): Promise<T> => {
  const result = await ended(opened, promise);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
};

describe('calls', () => {
  test('a call has the answer of the desktop', async () => {
    const opened = await listenedDesktop();
    opened.fake.answer = (method, args) => ({ r: { method, args } });
    expect(await settledValue(opened, opened.desktop.control(true))).toEqual({
      method: 'control',
      args: [true],
    });
    expect(await settledValue(opened, opened.desktop.files())).toEqual({ method: 'files', args: [] });
  });

  test('a refused call rejects with the error of the desktop', async () => {
    const opened = await listenedDesktop();
    const refusal = async (e: unknown) => {
      opened.fake.answer = () => ({ e });
      const result = await ended(opened, opened.desktop.files());
      return result.status === 'rejected' ? [result.reason.code, result.reason.message] : [];
    };
    expect(await refusal({ code: 'READ_ONLY', message: 'No.' })).toEqual(['READ_ONLY', 'No.']);
    expect(await refusal({ code: 'NEWER', message: 7 })).toEqual(['INTERNAL', 'The call failed.']);
    expect(await refusal({ code: 'OK' })).toEqual(['INTERNAL', 'The call failed.']);
    expect(await refusal('odd')).toEqual(['INTERNAL', 'The call failed.']);
  });

  test('the end of the channel rejects calls without an answer, and is told', async () => {
    const heard: string[] = [];
    const opened = await listenedDesktop({ closed: (code, message) => heard.push(`${code} ${message}`) });
    opened.fake.answer = () => undefined;
    const call = opened.desktop.files();
    await opened.hub.clock.advance(SOON_MS);
    opened.fake.channel!.reset('SESSION_ENDED', 'You ended it.');
    expect(await ended(opened, call)).toMatchObject({ reason: { code: 'SESSION_ENDED' } });
    expect(heard).toEqual(['SESSION_ENDED You ended it.']);
  });

  test('news are told and answered, also those that only a newer desktop tells, and nonsense is ignored', async () => {
    const heard: unknown[] = [];
    const opened = await listenedDesktop({
      warning: (warning) => heard.push(warning),
      control: (control) => heard.push(control),
    });
    const { fake, hub } = opened;
    for (const nonsense of [
      7,
      null,
      'text',
      {},
      { t: 'q' },
      { t: 'q', m: 'warning', a: 1 },
      { t: 's', i: 'x' },
    ]) {
      fake.send(nonsense);
    }
    fake.send({ t: 'q', i: '1', m: 'warning', a: [{ limit: 'life', leftMs: 7 }] });
    fake.send({ t: 'q', i: '2', m: 'later', a: [] });
    fake.send({ t: 'q', i: '3', m: 'files', a: [{ downloads: [], uploads: [] }] });
    await hub.clock.until(() => fake.received.length === 3, 1_000);
    expect(fake.received.map(({ t, i }) => [t, i])).toEqual(['1', '2', '3'].map((i) => ['s', i]));
    expect(heard).toEqual([{ limit: 'life', leftMs: 7 }]);
  });
});

describe('an upload', () => {
  test('arrives whole while connections are lost, and tells how far it got', async () => {
    const opened = await listenedDesktop();
    const text = 'abcdefgh'.repeat(200_000);
    const progress: number[] = [];
    const kept = opened.desktop.upload(new File([text], 'a.txt'), {
      onProgress: (confirmed, size) => {
        progress.push(confirmed);
        expect(size).toBe(text.length);
      },
    });
    for (const part of [1, 2, 3]) {
      while ((opened.hub.shells.at(-1)?.typed.length ?? 0) < (part * text.length) / 4) {
        await opened.hub.clock.advance(1);
        await new Promise((soon) => setImmediate(soon));
      }
      opened.hub.cut();
    }
    expect(await settledValue(opened, kept)).toBe('bye');
    expect(opened.hub.shell.typed === text).toBe(true);
    expect(opened.hub.shell.meta).toEqual({ sessionId: 'd-1', op: 'put', name: 'a.txt', size: text.length });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect([progress[0], progress.at(-1)]).toEqual([0, text.length]);
    expect(progress.length).toBeGreaterThan(5);
  });

  test('of an empty file arrives', async () => {
    const opened = await listenedDesktop();
    expect(await settledValue(opened, opened.desktop.upload(new Blob([]), { name: 'a' }))).toBe('bye');
  });

  test('that the desktop does not take is read only as far as its window', async () => {
    const opened = await listenedDesktop();
    let read = 0;
    const chunk = new Uint8Array(64 * 1024);
    const file = new File([new Uint8Array(8 * 1024 * 1024)], 'a');
    file.stream = () =>
      new ReadableStream({
        pull: (controller) => {
          read += chunk.length;
          controller.enqueue(chunk);
        },
      });
    const controller = new AbortController();
    const kept = opened.desktop.upload(file, { signal: controller.signal });
    await opened.hub.clock.until(() => opened.hub.shells.length === 1, 1_000);
    opened.hub.shell.stuck = true;
    for (let i = 0; i < 100; i++) {
      await opened.hub.clock.advance(SOON_MS);
      await new Promise((soon) => setImmediate(soon));
    }
    expect(read).toBeLessThanOrEqual(1024 * 1024);
    controller.abort(new Error('given up'));
    expect(await ended(opened, kept)).toMatchObject({ reason: { message: 'given up' } });
    await opened.hub.clock.advance(SOON_MS);
    expect(opened.hub.shell.closed).toBe('OK');
  });

  test('that is refused rejects with the reason', async () => {
    const opened = await listenedDesktop();
    opened.hub.refuseOpen = 'TOO_LARGE';
    const kept = opened.desktop.upload(new File(['x'], 'a'));
    expect(await ended(opened, kept)).toMatchObject({ reason: { code: 'TOO_LARGE' } });
  });

  test('of a file that can’t be read rejects, and ends the channel', async () => {
    const opened = await listenedDesktop();
    const file = new File(['x'], 'a');
    file.stream = () => new ReadableStream({ pull: () => Promise.reject(new Error('changed')) });
    expect(await ended(opened, opened.desktop.upload(file))).toMatchObject({
      reason: { message: 'changed' },
    });
    await opened.hub.clock.advance(SOON_MS);
    expect(opened.hub.shell.closed).toBe('OK');
  });
});

describe('a download', () => {
  async function downloaded(size: number) {
    const opened = await listenedDesktop();
    opened.hub.accept = { size };
    const { stream, ...rest } = await settledValue(opened, opened.desktop.download('a.txt'));
    expect(rest).toEqual({ name: 'a.txt', size });
    return { opened, stream };
  }

  test('arrives whole while connections are lost', async () => {
    const text = 'abcdefgh'.repeat(200_000);
    const { opened, stream } = await downloaded(text.length);
    opened.hub.shell.say(text);
    opened.hub.shell.channel!.end();
    const whole = new Response(stream).text();
    for (let i = 0; i < 3; i++) {
      await opened.hub.clock.advance(20);
      await new Promise((soon) => setImmediate(soon));
      opened.hub.cut();
    }
    expect((await settledValue(opened, whole)) === text).toBe(true);
  });

  test('that nobody reads slows the desktop down, and a cancelled one ends', async () => {
    const { opened, stream } = await downloaded(8 * 1024 * 1024);
    opened.hub.shell.say(new Uint8Array(8 * 1024 * 1024));
    for (let i = 0; i < 100; i++) {
      await opened.hub.clock.advance(SOON_MS);
      await new Promise((soon) => setImmediate(soon));
    }
    expect(opened.hub.shell.said).toBeLessThanOrEqual(512 * 1024);
    await stream.cancel();
    await opened.hub.clock.advance(SOON_MS);
    expect(opened.hub.shell.closed).toBe('OK');
  });

  test('that ends too early fails, and does not look complete', async () => {
    const { opened, stream } = await downloaded(10);
    opened.hub.shell.say('x');
    opened.hub.shell.channel!.end();
    const result = await ended(opened, new Response(stream).text());
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'LEG_LOST' } });
  });

  test('of a file that is not there rejects', async () => {
    const opened = await listenedDesktop();
    opened.hub.refuseOpen = 'NOT_FOUND';
    expect(await ended(opened, opened.desktop.download('a'))).toMatchObject({
      reason: { code: 'NOT_FOUND' },
    });
  });
});
