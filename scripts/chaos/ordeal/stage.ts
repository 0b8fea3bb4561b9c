/** What an ordeal needs of the place where it happens: consumers that can be told to talk, and where with whom. */
import type { FromConsumer } from './contract.ts';
import type { Program } from './program.ts';

export interface StageEvents {
  said(message: FromConsumer): void;
  /** A process died of itself. */
  died(what: string, how: string): void;
}

/** From where a consumer reaches a hub, by which right, and in which VM its terminals are: at most 32. */
export interface Seat {
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
}

export interface Stage {
  /** The folder of the logs. */
  readonly logs: string;
  readonly consumers: readonly Program[];
  /** Once it has started. */
  seat(consumer: number): Seat;
  /** Everything is up, and each consumer's VM runs. */
  start(): Promise<void>;
  /** A line in a log of the run's own. */
  note(line: string): void;
  /** Ends every process; the folder with the logs stays if somebody may want to read them. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
