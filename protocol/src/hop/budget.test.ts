/** Above the budget, only the longest queue is dropped. */
import { expect, test } from 'vitest';
import { Budget, type Purgeable } from './budget.ts';

class Queue implements Purgeable {
  readonly #budget: Budget;
  readonly to: string;
  queued = 0;
  purges = 0;

  constructor(budget: Budget, to = 'consumer') {
    this.#budget = budget;
    this.to = to;
  }

  add(bytes: number): void {
    this.queued += bytes;
    this.#budget.changed(this, bytes);
    this.#budget.enforce();
  }

  purge(): void {
    this.purges++;
    const bytes = this.queued;
    this.queued = 0;
    this.#budget.changed(this, -bytes);
  }
}

test('the largest is purged, and only as many as it takes', () => {
  const budget = new Budget(1_000);
  const [small, large, middle] = [new Queue(budget), new Queue(budget), new Queue(budget)];
  small.add(100);
  large.add(600);
  middle.add(250);
  expect(budget.used).toBe(950);
  small.add(100);
  expect([small.purges, large.purges, middle.purges]).toEqual([0, 1, 0]);
  expect(budget.used).toBe(450);
});

test('a part of a budget has its own limit, and counts in the whole', () => {
  const whole = new Budget(1_000);
  const [mine, yours] = [new Budget(300, whole), new Budget(900, whole)];
  const [greedy, modest, other] = [new Queue(mine), new Queue(mine), new Queue(yours)];
  other.add(650);
  modest.add(100);
  greedy.add(250);
  expect([greedy.purges, modest.purges, other.purges]).toEqual([1, 0, 0]);
  expect([mine.used, whole.used]).toEqual([100, 750]);
  greedy.add(190);
  other.add(100);
  expect([greedy.purges, modest.purges, other.purges]).toEqual([1, 0, 1]);
  expect([mine.used, yours.used, whole.used]).toEqual([290, 0, 290]);
});

test('reports the waiting bytes by kind of peer', () => {
  const budget = new Budget(1_000);
  new Queue(budget).add(10);
  new Queue(budget).add(20);
  new Queue(budget, 'provider').add(5);
  new Queue(budget, 'hub').add(0);
  expect(Object.fromEntries(budget.usedTo)).toEqual({ consumer: 30, provider: 5 });
});
