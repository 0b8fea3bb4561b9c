/** Options of a bench run. */
export interface Options {
  /** Paired repetitions. */
  readonly reps: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** For the suite `scale`: the numbers of consumers, step by step, and the number of providers at the end. */
  readonly consumers: readonly number[] | undefined;
  readonly providers: number | undefined;
  /** Folder for the CPU profiles of our own processes. */
  readonly cpuProf: string | undefined;
  /** Prints a line about the progress. */
  readonly progress: (line: string) => void;
}
