/**
 * Node flags of UniCore's processes. `--max-semi-space-size=1` keeps V8's young generation (its heap for new
 * objects) small, so that V8 collects it often. Buffers from sockets are needed only for a moment, but V8
 * frees them only when it collects the young generation. With V8's default size, V8 collects the whole heap
 * instead, because too many unused buffers wait. At 300 MB/s, V8 did this 27 times per second, which took a third
 * of a process's time. The small size also saves 40 MB of memory.
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'] as const;

/** Returns the command that runs one of UniCore's scripts with the Node binary of this process. */
export function nodeCommand(script: string, ...args: readonly string[]): string[] {
  return [process.execPath, ...NODE_FLAGS, script, ...args];
}
