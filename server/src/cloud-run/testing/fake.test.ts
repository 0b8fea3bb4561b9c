import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { JobsClient } from '@google-cloud/run';
import { credentials } from '@grpc/grpc-js';
import { SimClock } from '@unicore/protocol/sim';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jobMessage } from '../job-message.ts';
import { FakeCloudRun } from './fake-cloud-run.ts';
import { processContainers } from './process-container.ts';
import { startCloudRunFake } from './server.ts';
import { SimulatedContainer, type SimulatedOptions } from './simulated-container.ts';
import { refOf, SETTINGS, specOf } from './specs.ts';

const PARENT = 'projects/my-project/locations/europe-west1';
const JOB = `${PARENT}/jobs/${refOf().jobName}`;
const EXECUTION = `${JOB}/executions/${refOf().jobName}-a1`;

function create(timeoutSeconds = 3_600): object {
  return {
    parent: PARENT,
    jobId: refOf().jobName,
    job: jobMessage(specOf({ timeoutSeconds }), SETTINGS),
  };
}

function simulated(options: Omit<SimulatedOptions, 'clock'> = {}) {
  const clock = new SimClock();
  const containers: SimulatedContainer[] = [];
  const fake = new FakeCloudRun({
    clock,
    run: async () => {
      const container = new SimulatedContainer({ clock, ...options });
      containers.push(container);
      return container;
    },
  });
  return { clock, fake, containers };
}

describe('time and money', () => {
  test('an execution is billed from its start to its end, in steps of 100 ms', async () => {
    const { clock, fake } = simulated({ livesMs: 12_345 });
    fake.faults.nextStart({ delayMs: 5_000 });
    await fake.call('CreateJob', create());
    await clock.advance(60_000);
    expect(fake.ledger.entries).toMatchObject([{ startedAt: 5_000, endedAt: 17_345, outcome: 'succeeded' }]);
    expect(fake.ledger.billed(fake.now())).toEqual({ seconds: 12.4, cpuSeconds: 24.8, gibSeconds: 49.6 });
  });

  test('the timeout sends SIGTERM, and SIGKILL 10 s later', async () => {
    const { clock, fake, containers } = simulated();
    await fake.call('CreateJob', create(100));
    await clock.advance(109_999);
    expect(containers[0]?.events).toEqual(['SIGTERM']);
    expect(fake.ledger.live()).toHaveLength(1);
    await clock.advance(1);
    expect(containers[0]?.events).toEqual(['SIGTERM', 'kill']);
    expect(fake.ledger.entries).toMatchObject([{ endedAt: 110_000, outcome: 'failed' }]);
  });

  test('maintenance gives notice, freezes for a minute and resets connections', async () => {
    const { clock, fake, containers } = simulated();
    await fake.call('CreateJob', create());
    await clock.advance(1);
    void fake.executions.get(EXECUTION)!.maintain();
    await clock.advance(9_999);
    expect(containers[0]?.events).toEqual(['SIGTSTP']);
    await clock.advance(1);
    expect(containers[0]?.events).toEqual(['SIGTSTP', 'pause', 'cut']);
    await clock.advance(60_000);
    expect(containers[0]?.events).toEqual(['SIGTSTP', 'pause', 'cut', 'resume', 'SIGCONT']);
    expect(fake.ledger.live()).toHaveLength(1);
  });

  test('a late request is carried out after its caller has given up', async () => {
    const { clock, fake } = simulated();
    fake.faults.late(30_000, 1, 'CreateJob');
    void fake.call('CreateJob', create());
    await clock.advance(29_999);
    expect(fake.jobs).toEqual([]);
    await clock.advance(1);
    expect(fake.jobs).toEqual([JOB]);
  });
});

describe('names and limits', () => {
  test('a second job of the same name is refused', async () => {
    const { fake } = simulated();
    await fake.call('CreateJob', create());
    await expect(fake.call('CreateJob', create())).rejects.toMatchObject({ code: 6 });
  });

  test('a region has a limit of jobs', async () => {
    const clock = new SimClock();
    const fake = new FakeCloudRun({ clock, run: async () => new SimulatedContainer({ clock }), mostJobs: 1 });
    await fake.call('CreateJob', create());
    const second = { ...create(), jobId: 'vnc-other-1' };
    await expect(fake.call('CreateJob', second)).rejects.toMatchObject({ code: 8 });
  });

  test('a field that the fake does not know is named', async () => {
    const { fake } = simulated();
    await expect(fake.call('GetJob', { name: JOB, view: 'FULL' })).rejects.toThrow('view');
  });
});

test("Google's client can wait for the operation of a job that it has created", async () => {
  const run = async () => new SimulatedContainer({ clock: new SimClock() });
  const fake = await startCloudRunFake({ run });
  const { hostname, port } = new URL(`http://${fake.address}`);
  const client = new JobsClient({
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
  const [operation] = await client.createJob(create());
  const [job] = await operation.promise();
  expect(job).toMatchObject({ name: JOB, labels: { 'unicore-session': 's-1' } });
  await client.close();
  await fake.close();
});

test('a process runs with its environment, freezes, goes on and ends with all it has started', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  // A process that ignores SIGTERM. Its child process keeps sending numbers.
  const child = `let n = 0; const s = require('net').connect(${port}, '127.0.0.1');
    setInterval(() => s.write(process.env.NAME + n++ + ' '), 5);`;
  const parent = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);
    require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });`;
  const run = processContainers(process.execPath, ['-e', parent]);
  const container = await run({ execution: 'e', image: 'i', env: { NAME: 'x' }, timeoutSeconds: 1 });
  onTestFinished(() => container.kill());
  const [socket] = await once(server, 'connection');
  const [first] = await once(socket, 'data');
  expect(String(first)).toMatch(/^x0 /);
  container.pause();
  container.resume();
  await once(socket, 'data');
  container.signal('SIGTERM');
  await once(socket, 'data');
  container.kill();
  expect(await container.exited).toBe(137);
  socket.on('error', () => {});
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  server.close();
});
