/** Tests the public addresses of a deployment, and which origins get access because of them. */
import { systemClock } from '@unicore/protocol';
import { SimClock } from '@unicore/protocol/sim';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HubCard, LocalWorld } from '../backplane/index.ts';
import { connect, dialLeg } from '../sockets/testing/dial-leg.ts';
import { startTestApp, type TestApp } from '../testing/app.ts';
import { Directory } from './directory.ts';
import { Regions } from './regions.ts';

const EU = { region: 'eu', url: 'https://eu.example.org' };
const US = { region: 'us', url: 'https://us.example.org' };

describe('the list of regions', () => {
  const card = (region: string | null, publicUrl: string | null): HubCard => ({
    hub: 'x',
    peerUrl: null,
    region,
    publicUrl,
  });

  test('has each region and address once, in the same order at every hub, including its own', () => {
    const cards = [card('us', US.url), card('eu', EU.url), card('us', US.url), card('asia', null)];
    expect(new Regions(EU, () => cards).list).toEqual([EU, US]);
    expect(new Regions(US, () => [...cards].reverse()).list).toEqual([EU, US]);
    expect(new Regions(EU, () => []).list).toEqual([EU]);
  });

  test.each([
    ['https://eu.hub.example.org', ['https://us.hub.example.org'], 'hub.example.org'],
    ['https://hub.example.org', ['https://us.hub.example.org'], undefined],
    ['https://eu.hub.example.org', [], undefined],
    ['https://eu.hub.example.org', ['https://hub.other.org'], undefined],
    ['https://hub-1.a.run.app', ['https://hub-2.a.run.app'], undefined],
    ['http://127.0.0.1:1', ['http://127.0.0.1:2'], undefined],
    ['http://10.0.0.1:1', ['http://11.0.0.1:1'], undefined],
  ])('agents that join %s beside %s may trust the domain %s', (url, others, family) => {
    const cards = others.map((other) => card('us', other));
    expect(new Regions({ region: 'eu', url }, () => cards).family).toBe(family);
  });

  test('includes hubs that join later', () => {
    let cards: HubCard[] = [];
    const regions = new Regions(EU, () => cards);
    expect(regions.has(US.url)).toBe(false);
    cards = [card('us', US.url)];
    expect(regions.has(US.url)).toBe(true);
  });
});

test('a stopping hub is hidden from new clients, and other hubs still reach it', async () => {
  const clock = new SimClock();
  const world = new LocalWorld(clock);
  const [a, b] = [world.join(), world.join()];
  const handler = { mail() {}, news() {}, interrupted() {} };
  await Promise.all([a.start(handler), b.start(handler)]);
  const peerUrl = 'ws://10.0.0.5:1';
  const [stopping, other] = [a, b].map(
    (backplane) =>
      new Directory({
        backplane,
        clock,
        card: { hub: backplane.hub, peerUrl, region: 'eu', publicUrl: EU.url },
      }),
  ) as [Directory, Directory];
  await stopping.refresh();
  await stopping.hide();
  await stopping.refresh();
  await other.refresh();
  expect(other.cards.find(({ hub }) => hub === a.hub)).toMatchObject({ publicUrl: null, peerUrl });
});

describe('two regions', () => {
  let eu: TestApp;
  let us: TestApp;

  beforeEach(async () => {
    const world = new LocalWorld(systemClock);
    eu = await startTestApp({ region: EU.region, publicUrl: EU.url }, { backplane: world.join() });
    us = await startTestApp({ region: US.region, publicUrl: US.url }, { backplane: world.join() });
  });
  afterEach(() => Promise.all([eu.stop(), us.stop()]));

  test('are listed by the API and in WELCOME', async () => {
    expect(await us.api.system.hubs.query()).toEqual([EU, US]);
    expect(await (await fetch(`${us.url}/api/system/hubs`)).json()).toEqual([EU, US]);
    const told = Promise.withResolvers<unknown>();
    const { ws } = await dialLeg(`${us.url}/consumer`, {
      hello: { token: us.owner.token },
      handler: { welcome: told.resolve },
    });
    expect(await told.promise).toMatchObject({ hubs: [EU, US] });
    ws.close();
  });

  test('allow pages of one another to ping and connect, and pages of no other site', async () => {
    const asked = async (origin: string) =>
      (await fetch(`${us.url}/ping`, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await asked(EU.url)).toBe(EU.url);
    expect(await asked('https://evil.example.org')).toBeNull();
    const socket = (origin: string) =>
      connect(`${us.url}/consumer`, { protocols: ['unicore.v1'], headers: { origin } });
    (await socket(EU.url)).close();
    await expect(socket('https://evil.example.org')).rejects.toThrow('403');
  });

  test('let pages connect to their own deployment only', async () => {
    const { headers } = await fetch(`${us.url}/healthz`);
    expect(headers.get('content-security-policy')).toContain(
      "connect-src 'self' https://eu.example.org https://us.example.org wss://eu.example.org wss://us.example.org;",
    );
  });

  test("accept a ticket of one another for one socket, with the identity of the ticket's owner", async () => {
    const cookie = await eu.owner.signIn();
    const response = await fetch(`${eu.url}/trpc/system.ticket`, {
      method: 'POST',
      headers: { cookie, origin: EU.url, 'content-type': 'application/json' },
    });
    const { result } = (await response.json()) as { result: { data: { ticket: string } } };
    const { data } = result;
    const dial = () => dialLeg(`${us.url}/consumer`, { hello: { ticket: data.ticket } });
    const { ws, leg } = await dial();
    expect(leg.up).toBe(true);
    await expect(dial()).rejects.toThrow(/TICKET_INVALID|system.ticket/);
    ws.close();
  });
});

test('a hub that runs alone lists no other hubs', async () => {
  const hub = await startTestApp();
  const told = Promise.withResolvers<unknown>();
  const { ws } = await dialLeg(`${hub.url}/consumer`, {
    hello: { token: hub.owner.token },
    handler: { welcome: told.resolve },
  });
  expect(Object.keys((await told.promise) as object)).toEqual(['hubId', 'version']);
  expect(await hub.api.system.hubs.query()).toEqual([{ region: null, url: hub.url }]);
  ws.close();
  await hub.stop();
});
