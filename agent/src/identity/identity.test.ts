/** Tests of the agent's identity: its files, and how the agent proves its identity. */
import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentConfig, loadConfig, saveConfig } from './config.ts';
import { nextConnSeq } from './conn-seq.ts';
import { Credentials } from './credentials.ts';
import { hubApi } from './hub-api.ts';
import { loadKey, makeKey } from './key.ts';
import { closeFakeHubApis, fakeHubApi } from './testing/index.ts';

const CONFIG = AgentConfig.parse({
  hub: 'http://127.0.0.1:1234',
  providerId: 'p-1',
  name: 'desk',
  runtime: 'process',
});

let agentDir: string;

beforeEach(async () => {
  agentDir = join(await mkdtemp(join(tmpdir(), 'unicore-identity-')), 'agent');
});
afterEach(async () => {
  closeFakeHubApis();
  await rm(join(agentDir, '..'), { recursive: true });
});

describe('files', () => {
  test('the error for a damaged agent.json names field and remedy', async () => {
    await saveConfig(agentDir, CONFIG);
    await writeFile(join(agentDir, 'agent.json'), JSON.stringify({ hub: CONFIG.hub, providerId: '../../x' }));
    await expect(loadConfig(agentDir)).rejects.toThrow(
      /agent\.json is damaged.*providerId.*join the hub again/s,
    );
    await writeFile(join(agentDir, 'agent.json'), '{');
    await expect(loadConfig(agentDir)).rejects.toThrow(/it is no JSON/);
  });

  test('a file that holds no key is not used', async () => {
    await makeKey(agentDir);
    await writeFile(join(agentDir, 'key.pem'), 'no key');
    await expect(loadKey(agentDir)).rejects.toThrow(/holds no Ed25519 key/);
  });

  test('connSeq increases, even if the clock is set back or the file is lost', async () => {
    expect(await nextConnSeq(agentDir, 1000)).toBe(1000);
    expect(await nextConnSeq(agentDir, 1000)).toBe(1001);
    expect(await nextConnSeq(agentDir, 5)).toBe(1002);
    expect(await nextConnSeq(agentDir, 2000.7)).toBe(2000);
    expect(JSON.parse(await readFile(join(agentDir, 'conn-seq.json'), 'utf8'))).toEqual({ connSeq: 2000 });
  });
});

test('connSeq needs neither a readable file nor a writable disk', async () => {
  await nextConnSeq(agentDir, 1);
  await writeFile(join(agentDir, 'conn-seq.json'), '{"connSeq":');
  expect(await nextConnSeq(agentDir, 1000)).toBe(1000);
  expect(await nextConnSeq(join(agentDir, 'conn-seq.json'), 2000)).toBe(2000);
});

describe('proving who it is', () => {
  async function credentials(challenge: string) {
    const key = await makeKey(agentDir);
    const hub = await fakeHubApi((procedure) => ({
      data: procedure === 'agent.challenge' ? { challenge } : { token: 'jwt', expiresAt: 900_000 },
    }));
    return {
      key,
      hub,
      credentials: new Credentials({ providerId: 'p-1', key, hub: hubApi, now: () => 0 }),
    };
  }

  test("the challenge is signed with the provider's key", async () => {
    const challenge = 'unicore-provider-challenge:p-1:random';
    const { key, hub, credentials: mine } = await credentials(challenge);
    expect(await mine.token(hub.url)).toBe('jwt');
    const { signature } = hub.asked[1]!.input as { signature: string };
    const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
    expect(verify(null, Buffer.from(challenge), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('only a challenge for this provider is signed', async () => {
    const { hub, credentials: mine } = await credentials('unicore-provider-challenge:p-2:random');
    await expect(mine.token(hub.url)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' });
    expect(hub.asked.map(({ procedure }) => procedure)).toEqual(['agent.challenge']);
  });
});
