import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';

function refusal(argv: string[]): Error {
  try {
    parseConfig({}, argv);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was wrong');
}

describe('parseConfig', () => {
  test('docs/deploy.md has every setting', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
    const options = refusal(['--nothing']).message.match(/--[a-z-]+(?=[,.])/g)!;
    expect(options.length).toBeGreaterThan(10);
    for (const option of options) expect(docs).toContain(`\`${option}\``);
  });

  test('without any setting it is a hub on loopback, port 7420', () => {
    const config = parseConfig({}, []);
    expect(config).toMatchObject({ port: 7420, host: '127.0.0.1', origins: [], logLevel: 'info' });
    expect(config.publicUrl).toBeUndefined();
    expect(config.store).toBe('sqlite');
    expect(config.dataDir).toBe(join(process.cwd(), '.unicore'));
  });

  test('an option takes precedence over its variable', () => {
    const env = {
      UNICORE_PORT: '1000',
      UNICORE_HOST: '0.0.0.0',
      UNICORE_ORIGINS: 'http://a.test, https://b.test:8443',
    };
    expect(parseConfig(env, ['--port', '2000'])).toMatchObject({
      port: 2000,
      host: '0.0.0.0',
      origins: ['http://a.test', 'https://b.test:8443'],
    });
  });

  test('replicas of one container description have different peer URLs', () => {
    const { peerUrl } = parseConfig({ HUB_PEER_URL: 'ws://{hostname}:7420' }, []);
    expect(peerUrl).toBe(`ws://${hostname()}:7420`);
  });

  test('the PORT of Cloud Run is used where no setting of UniCore names a port', () => {
    expect(parseConfig({ PORT: '8080' }, []).port).toBe(8080);
    expect(parseConfig({ PORT: '8080', UNICORE_PORT: '1000' }, []).port).toBe(1000);
    expect(parseConfig({ PORT: '8080' }, ['--port', '2000']).port).toBe(2000);
  });

  test.each([
    [['--port', 'abc'], '--port (or UNICORE_PORT) is "abc"'],
    [['--desktop-places', 'nowhere'], 'PROJECT/REGION:QUOTA'],
    [['--desktop-places', 'my-project/europe-west1:5'], 'Set --public-url'],
    [['--desktop-account', 'a@b'], 'must be the name of a service account'],
    [['--port', '70000'], '--port (or UNICORE_PORT) is "70000"'],
    [['--host', 'everywhere'], 'must be an IP address'],
    [['--public-url', 'https://x.test/path'], 'no path'],
    [['--origins', 'http://a.test,b.test'], 'must be an origin'],
    [['--log-level', 'loud'], '--log-level (or UNICORE_LOG_LEVEL) is "loud"'],
    [['--proxies', '11'], '--proxies (or UNICORE_PROXIES) is "11"'],
    [
      ['--store', 'postgres://db'],
      '--store (or UNICORE_STORE) is "postgres://db": must be sqlite, firestore://PROJECT',
    ],
    [['--store', 'firestore://'], 'firestore://PROJECT/DATABASE'],
    [['--store', 'firestore://my-project/a/b'], 'firestore://PROJECT/DATABASE'],
    [['--drain-seconds', '601'], '--drain-seconds (or UNICORE_DRAIN_SECONDS) is "601"'],
    [['--prot', '1'], '--port'],
  ])('%j is refused with a sentence that names the field', (argv, words) => {
    expect(() => parseConfig({}, argv)).toThrow(words);
  });

  test.each([
    ['redis://127.0.0.1', 'redis://127.0.0.1'],
    ['rediss://me:p%40ss@redis.test:6380/2', 'rediss://me:p%40ss@redis.test:6380/2'],
  ])('the Redis that hubs share may be %s', (url, expected) => {
    expect(parseConfig({ UNICORE_REDIS_URL: url }, []).redisUrl).toBe(expected);
  });

  test.each([
    [['--redis', 'http://:hunter2@host'], '--redis (or UNICORE_REDIS_URL) must be redis://'],
    [['--redis', 'me:hunter2@host'], 'must be redis://'],
    [['--redis', 'redis://me:hunter2@a,b'], 'only redis+cluster:// has more than one'],
    [['redis://me:hunter2@host'], 'redis://[secret]@host'],
  ])('a wrong Redis URL %j is refused, and its password is said nowhere', (argv, words) => {
    const error = refusal(argv);
    expect(error).toMatchObject({ message: expect.stringContaining(words) });
    expect(inspect(error)).not.toContain('hunter2');
  });
});
