/** A stage is where an ordeal (a chaos run) happens: all processes, among them the consumers that exchange data. */
import type { Audience } from './audience.ts';
import type { FromConsumer } from './contract.ts';

export interface StageEvents {
  said(message: FromConsumer): void;
  /** Called when a process died unexpectedly. */
  died(what: string, how: string): void;
}

export interface Stage {
  /** The folder of the logs. */
  readonly logs: string;
  readonly audience: Audience;
  /** Settles when everything is up, and each consumer's VM runs. */
  start(): Promise<void>;
  /** Adds a line to the run's own log. */
  note(line: string): void;
  /** Ends every process. The folder with the logs stays if keepLogs is set. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
