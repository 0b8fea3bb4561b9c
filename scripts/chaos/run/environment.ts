/** What a chaos run needs of the place where it happens: consumers that can be told to talk, and where with whom. */
import type { Provider } from '../../testing/processes/agent-program.ts';
import type { Hub } from '../../testing/processes/hub-program.ts';
import type { ConsumerPrograms } from './consumer-programs.ts';
import type { FromConsumer } from './messages.ts';

export interface EnvironmentEvents {
  said(message: FromConsumer): void;
  /** A process died of itself. */
  died(what: string, how: string): void;
}

export interface Environment {
  /** The folder of the logs. */
  readonly logs: string;
  readonly hubs: readonly Hub[];
  readonly providers: readonly Provider[];
  readonly consumers: ConsumerPrograms;
  /** Everything is up, and each consumer's VM runs. */
  start(): Promise<void>;
  /** A line in a log of the run's own. */
  note(line: string): void;
  /** Ends every process; the folder with the logs stays if somebody may want to read them. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
