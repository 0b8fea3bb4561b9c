/** Runs a whole system whose sockets are all recorded, for the tests of one file. */
import { afterAll } from 'vitest';
import { startWorld, type World } from '../../testing/world.ts';
import { Recording } from './recording.ts';

export async function recordedWorld(): Promise<{ recording: Recording; world: World }> {
  const recording = await Recording.start();
  const world = await startWorld({ agentVia: recording.tap });
  afterAll(async () => {
    await world.close();
    recording.tap.close();
  });
  return { recording, world };
}
