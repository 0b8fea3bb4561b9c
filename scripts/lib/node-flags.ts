/**
 * What our processes are started with. A small young generation: what sockets give is garbage at once, and is freed only when
 * that is collected. With V8's own size it first counts towards the whole heap, and at 300 MB/s that was collected 27 times
 * a second, a third of a process's time. It also takes 40 MB less.
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'] as const;

/** A script of ours, on this Node. */
export function nodeCommand(script: string, ...args: readonly string[]): string[] {
  return [process.execPath, ...NODE_FLAGS, script, ...args];
}
