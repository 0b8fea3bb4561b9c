/** What the other end of a channel says when it accepts the channel, in the metadata of the ACCEPT frame. */

export interface Accepted {
  /** The name by which `vm.resize` refers to this viewer of a terminal. */
  viewer: string | undefined;
  /**
   * The name by which `vnc.control` refers to this viewer of a desktop, or to this program that drives it.
   */
  holder: string | undefined;
  /** True if the desktop understands private messages among the bytes. */
  text: boolean;
}

export function readAccepted(meta: unknown): Accepted {
  const fields = typeof meta === 'object' && meta !== null ? new Map(Object.entries(meta)) : new Map();
  const name = (key: string) => {
    const value: unknown = fields.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  return { viewer: name('viewer'), holder: name('holder'), text: fields.get('text') === true };
}
