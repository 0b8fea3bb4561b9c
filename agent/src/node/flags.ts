/**
 * Flags for the Node processes of the agent and the keeper. The flags keep V8's young generation (the heap
 * for new objects) small. Buffers of sockets and terminals are needed only for a moment, but are freed only
 * when the young generation is collected. With V8's default size, such a collection happens so seldom that
 * the waiting buffers make V8 collect the whole heap. At 300 MB/s, collections of the whole heap took a third
 * of the time.
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'] as const;
