/** What the fake runs for an execution: a process, a container, or something that is only simulated. */

export interface ContainerSpec {
  /** The name of the execution, without its path. */
  readonly execution: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

export interface Container {
  /** Freezes everything inside. Nothing inside notices. */
  pause(): void;
  resume(): void;
  signal(signal: 'SIGTERM' | 'SIGTSTP' | 'SIGCONT'): void;
  kill(): void;
  /** Resets the container's outbound connections, as maintenance does. */
  cutConnections?(): void;
  /** Resolves with the exit code once nothing of the container runs. */
  readonly exited: Promise<number>;
}

export type RunContainer = (spec: ContainerSpec) => Promise<Container>;
