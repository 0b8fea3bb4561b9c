/** Tests, in simulated time, when a channel acknowledges the bytes that it has consumed. */
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { DelayedAcks } from './delayed-acks.ts';
import { Incoming } from './incoming.ts';
import { Window } from './window.ts';

function reported() {
  const clock = new SimClock();
  const incoming = new Incoming(new Window(1_000, 1_000));
  const said: number[] = [];
  const acks = new DelayedAcks({ clock, incoming, say: ({ consumed }) => said.push(consumed) });
  const key = () => {
    incoming.take(incoming.next, 1, () => new Uint8Array(1));
    incoming.consumed(1, clock.now(), undefined);
    acks.schedule();
  };
  return { clock, acks, said, key };
}

test('a consumed key is reported within 25 ms if nothing else is sent', async () => {
  const { clock, said, key } = reported();
  key();
  await clock.advance(24);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual([1]);
});

test('an ACK is piggybacked on other data, but at most once per 25 ms', async () => {
  const { clock, acks, said, key } = reported();
  key();
  acks.piggyback();
  expect(said).toEqual([1]);
  for (let i = 0; i < 5; i++) {
    key();
    acks.piggyback();
  }
  expect(said).toEqual([1]);
  await clock.advance(25);
  expect(said).toEqual([1, 6]);
});
