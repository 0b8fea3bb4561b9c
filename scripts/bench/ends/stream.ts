/** A stream of bytes both ways, whatever carries it: what the two ends of every measurement are written against. */
export interface Stream {
  /** Sends a few bytes, so few that nobody has to wait for room. */
  send(bytes: Uint8Array): void;
  /** Sends piece after piece, as fast as they are taken, until there is none. Once at a time. */
  pour(next: () => Uint8Array | undefined): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}
