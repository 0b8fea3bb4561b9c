/** What is asked of a run. */
export interface Options {
  /** Paired repetitions. */
  readonly reps: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Folder for a CPU profile of each process of ours. */
  readonly cpuProf: string | undefined;
  /** Says what is going on. */
  readonly progress: (line: string) => void;
}
