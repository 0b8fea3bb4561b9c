import { TRPCClientError } from '@trpc/client';
import type { VmEvent } from '@unicore/protocol/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinTestAgent, type TestAgent } from '../testing/agent.ts';
import { startTestApp, type TestApp, type TestUser } from '../testing/app.ts';
import { watching } from '../testing/watching.ts';
import type { AppRouter } from './router.ts';

/** Returns the error of a refused call in the form that a client gets. */
async function refusal(asked: Promise<unknown>) {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TRPCClientError);
  const { message, data } = error as TRPCClientError<AppRouter> & { data: Record<string, unknown> };
  expect(data.message).toBe(message);
  return { code: data.code, httpStatus: data.httpStatus, message, path: data.path };
}

describe('the procedures', () => {
  let hub: TestApp;
  let agent: TestAgent;
  let alice: TestUser;
  let bob: TestUser;

  beforeAll(async () => {
    hub = await startTestApp();
    agent = await joinTestAgent(hub);
    await agent.connect();
    [alice, bob] = [await hub.user('alice'), await hub.user('bob')];
  });
  afterAll(() => hub.stop());

  /** Creates a running VM of alice. */
  async function runningVm() {
    const { vmId } = await alice.api.vm.create.mutate({});
    const watch = watching<VmEvent>(alice.api.vm.watch);
    await watch.until((event) => {
      const vms = event.type === 'all' ? event.vms : event.type === 'changed' ? [event.vm] : [];
      return vms.some((vm) => vm.vmId === vmId && vm.state === 'running');
    });
    watch.stop();
    return vmId;
  }

  test('a VM is created, runs, is renamed, stopped, started and deleted', async () => {
    const watch = watching<VmEvent>(alice.api.vm.watch);
    const { vmId } = await alice.api.vm.create.mutate({ name: ' box ', size: 'medium' });
    const reaches = (state: string) =>
      watch.until((event) => event.type === 'changed' && event.vm.vmId === vmId && event.vm.state === state);
    await reaches('running');
    expect(await alice.api.vm.get.query({ vmId })).toMatchObject({
      name: 'box',
      state: 'running',
      reason: null,
      providerId: agent.providerId,
      image: 'unicore/vm',
      size: 'medium',
      isolation: 'container',
    });
    expect((await alice.api.vm.rename.mutate({ vmId, name: 'other' })).name).toBe('other');
    expect((await alice.api.vm.stop.mutate({ vmId })).state).toBe('stopping');
    await reaches('stopped');
    await alice.api.vm.start.mutate({ vmId });
    await watch.until(
      (event) => event.type === 'changed' && event.vm.state === 'running' && event.vm.name === 'other',
    );
    await alice.api.vm.delete.mutate({ vmId });
    await watch.until((event) => event.type === 'deleted' && event.vmId === vmId);
    expect(await alice.api.vm.list.query()).toEqual([]);
    watch.stop();
  });

  test('connect returns a URL with a ticket, at the host that the request used', async () => {
    const vmId = await runningVm();
    const { url, ticket, terminalId, expiresAt } = await alice.api.vm.connect.mutate({
      vmId,
      cols: 100,
      rows: 30,
    });
    expect(terminalId).toBe('main');
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(30_000);
    const { protocol, host, pathname, searchParams } = new URL(url);
    expect(`${protocol}//${host}${pathname}`).toBe(`${hub.url.replace('http', 'ws')}/terminal`);
    expect(Object.fromEntries(searchParams)).toEqual({ vmId, terminalId, ticket, cols: '100', rows: '30' });
  });

  test('terminals are listed, resized and closed', async () => {
    const vmId = await runningVm();
    await alice.api.vm.connect.mutate({ vmId, terminalId: 'second', cols: 100, rows: 30 });
    expect(await alice.api.vm.terminals.query({ vmId })).toMatchObject([{ terminalId: 'second', cols: 100 }]);
    await alice.api.vm.resize.mutate({ vmId, terminalId: 'second', cols: 90, rows: 20, viewer: 'w1' });
    expect(agent.resized.at(-1)).toEqual({
      vmId,
      gen: 1,
      terminalId: 'second',
      cols: 90,
      rows: 20,
      viewer: 'w1',
    });
    await alice.api.vm.closeTerminal.mutate({ vmId, terminalId: 'second' });
    expect(await alice.api.vm.terminals.query({ vmId })).toEqual([]);
    // The agent's own error reaches the caller unchanged.
    expect(await refusal(alice.api.vm.closeTerminal.mutate({ vmId, terminalId: 'none' }))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no terminal none.',
    });
  });

  test('a caller without proof is asked to sign in', async () => {
    expect(await refusal(hub.api.vm.list.query())).toEqual({
      code: 'UNAUTHENTICATED',
      httpStatus: 401,
      message: 'Sign in first, or send a bearer token.',
      path: 'vm.list',
    });
    expect((await hub.api.system.info.query()).user).toBeNull();
  });

  test('the error names each invalid input', async () => {
    const wrong = alice.api.vm.resize.mutate({ vmId: 'vm-1', cols: 0, rows: 'x' as unknown as number });
    expect(await refusal(wrong)).toMatchObject({
      code: 'BAD_REQUEST',
      httpStatus: 400,
      message: expect.stringMatching(/^cols: .*>=2; rows: .*expected number/),
    });
  });

  test("another user's VM is refused exactly like one that never existed", async () => {
    const vmId = await runningVm();
    const asked = (id: string) => [
      bob.api.vm.get.query({ vmId: id }),
      bob.api.vm.start.mutate({ vmId: id }),
      bob.api.vm.stop.mutate({ vmId: id }),
      bob.api.vm.delete.mutate({ vmId: id }),
      bob.api.vm.rename.mutate({ vmId: id, name: 'x' }),
      bob.api.vm.connect.mutate({ vmId: id }),
      bob.api.vm.terminals.query({ vmId: id }),
      bob.api.vm.resize.mutate({ vmId: id, cols: 80, rows: 24 }),
      bob.api.vm.closeTerminal.mutate({ vmId: id, terminalId: 'main' }),
    ];
    const refusals = async (id: string) =>
      (await Promise.all(asked(id).map(refusal))).map((each) => ({
        ...each,
        message: each.message.replace(id, 'ID'),
      }));
    expect(await refusals(vmId)).toEqual(await refusals('vm-none'));
    expect(await bob.api.vm.list.query()).toEqual([]);
  });

  test('a stopped VM and a VM whose provider is unreachable get different errors', async () => {
    const vmId = await runningVm();
    await agent.disconnect();
    expect(await refusal(alice.api.vm.connect.mutate({ vmId }))).toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      httpStatus: 503,
    });
    await agent.connect();
    await alice.api.vm.connect.mutate({ vmId });
    await alice.api.vm.stop.mutate({ vmId });
    expect(await refusal(alice.api.vm.connect.mutate({ vmId }))).toMatchObject({
      code: 'VM_NOT_RUNNING',
      httpStatus: 409,
      message: expect.stringContaining('Start it first'),
    });
  });

  test('every user sees the providers; only the owner may add one', async () => {
    expect(await bob.api.provider.list.query()).toMatchObject([
      { providerId: agent.providerId, name: 'desk', state: 'online', runtime: 'docker', cores: 4, cpu: 0.25 },
    ]);
    expect(await refusal(bob.api.provider.joinToken.mutate())).toMatchObject({
      code: 'FORBIDDEN',
      httpStatus: 403,
    });
    const { token, command } = await hub.owner.api.provider.joinToken.mutate();
    expect(command).toBe(`npm run agent -- join ${hub.url} ${token} && npm run agent -- run`);
    expect(await refusal(bob.api.provider.get.query({ providerId: 'p-none' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('a join token works for one machine only', async () => {
    const { token } = await hub.owner.api.provider.joinToken.mutate();
    const wish = { token, publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }, name: 'x' } as const;
    await hub.api.agent.join.mutate(wish);
    expect(await refusal(hub.api.agent.join.mutate(wish))).toMatchObject({
      code: 'TICKET_INVALID',
      httpStatus: 401,
    });
  });
});
