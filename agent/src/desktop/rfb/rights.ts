/** What a viewer may do. The owner of the interposer may change these rights at any time. */

export interface Rights {
  /** False for a viewer that may only watch. Its keys, pointer, clipboard and size requests are dropped. */
  readonly canControl: boolean;
  /** True if texts that the viewer copies may be sent to the desktop. Has no effect without `canControl`. */
  readonly clipboardToDesktop: boolean;
  /** True if texts that are copied on the desktop may be sent to the viewer. */
  readonly clipboardFromDesktop: boolean;
}
