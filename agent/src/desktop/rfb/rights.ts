/** What a viewer may do. The owner of the interposer may change it at any time during the connection. */

export interface Rights {
  /** False for a view-only viewer: its keys, pointer, clipboard and sizes reach nothing. */
  readonly canControl: boolean;
  /** True if texts that the viewer copies may go to the desktop. It has no effect without `canControl`. */
  readonly clipboardToDesktop: boolean;
  /** True if texts that are copied in the desktop may go to the viewer. */
  readonly clipboardFromDesktop: boolean;
}
