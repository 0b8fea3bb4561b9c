/**
 * Decodes real traffic of the whole system, with every frame type, by a decoder that was written from
 * PROTOCOL.md alone.
 */
import { expect, test } from 'vitest';
import { runningVm, shell } from '../../testing/vms.ts';
import { FRAME_TYPES, type FrameType } from './frames.ts';
import type { Dialler } from './leg-rules.ts';
import { recordedWorld } from './recorded-world.ts';
import type { Role } from './roles.ts';

const { recording, world } = await recordedWorld();

/** Resolves with the next frame of this type from this role. */
const next = (on: Dialler, by: Role, type: FrameType, holds: (frame: object) => boolean = () => true) =>
  recording.next(
    `${type} by the ${by} on the leg of the ${on}`,
    (heard) => heard.on === on && heard.by === by && heard.frame.type === type && holds(heard.frame),
  );

test('every frame type of a real system is read, keeps the rules, and carries the terminal', async () => {
  const { tap } = recording;
  const unicore = await world.user('ada', tap.origin);
  const vmId = await runningVm(unicore);
  const view = await shell(unicore, vmId);
  view.type('echo one""fish\r');
  await view.until(/^onefish$/m);

  // The test holds back confirmations. So the client sends SYNC, and gets the answer when the confirmations
  // are released.
  const asked = next('consumer', 'consumer', 'SYNC');
  tap.leg('/consumer').hold('hub');
  view.type('echo two""fish\r');
  await asked;
  tap.leg('/consumer').release('hub');
  await view.until(/^twofish$/m);

  const hubToldProvider = next('provider', 'hub', 'DETACHED');
  tap.leg('/consumer').cut();
  await hubToldProvider;
  view.type('echo red""fish\r');
  await view.until(/^redfish$/m);

  const hubToldConsumer = next('consumer', 'hub', 'DETACHED');
  tap.leg('/provider').cut();
  await hubToldConsumer;
  view.type('echo blue""fish\r');
  await view.until(/^bluefish$/m);

  // One leg is idle, and no message from the other leg reaches the hub. On both legs a PING checks that the
  // peer is alive.
  const alive = [
    next('consumer', 'hub', 'PONG'),
    next('provider', 'provider', 'PONG'),
    next('provider', 'hub', 'BEATACK'),
  ];
  const doubted = [next('provider', 'hub', 'PING'), next('consumer', 'consumer', 'PING')];
  tap.leg('/provider').hold('dialler');
  await Promise.all(doubted);
  tap.leg('/provider').release('dialler');
  await Promise.all(alive);

  const over = next('provider', 'hub', 'RESET');
  view.type('exit\r');
  await over;
  const going = [next('consumer', 'hub', 'GOAWAY'), next('provider', 'hub', 'GOAWAY')];
  await world.stopHub();
  await Promise.all(going);

  expect(recording.violations).toEqual([]);
  const { consumer, provider } = recording.histories;
  const [epoch = ''] = consumer.epochs;
  const { acceptor, opener } = consumer.of(epoch);
  const output = Buffer.from(acceptor.bytes).toString();
  for (const fish of ['onefish', 'twofish', 'redfish', 'bluefish']) expect(output).toContain(`${fish}\r\n`);
  // The hub must forward these frames unchanged.
  const beyond = provider.of(epoch);
  expect([beyond.acceptor.bytes, beyond.opener.bytes]).toEqual([acceptor.bytes, opener.bytes]);
  const ofConsumers = FRAME_TYPES.filter((type) => type !== 'BEAT' && type !== 'BEATACK');
  expect(recording.missing('consumer', ofConsumers)).toEqual([]);
  expect(recording.missing('provider', FRAME_TYPES)).toEqual([]);
});
