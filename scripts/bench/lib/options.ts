/** What is asked of a run. */
export interface Options {
  /** Paired repetitions. */
  readonly reps: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** How many consumers, step by step, and providers in the end: of the suite that grows. */
  readonly consumers: readonly number[] | undefined;
  readonly providers: number | undefined;
  /** Folder for a CPU profile of each process of ours. */
  readonly cpuProf: string | undefined;
  /** Says what is going on. */
  readonly progress: (line: string) => void;
}
