/** The dialog that asks for confirmation before a terminal and its programs are ended. */
import type { JSX } from 'solid-js';
import { Button, Dialog, DialogActions } from '../ui/index.ts';

export function CloseDialog(props: { open: boolean; onCancel(): void; onClose(): void }): JSX.Element {
  return (
    <Dialog
      open={props.open}
      onClose={props.onCancel}
      title="Close this terminal?"
      description="Its shell ends, with everything that runs in it, for all its viewers."
    >
      <DialogActions>
        <Button onClick={props.onCancel}>Keep it</Button>
        <Button look="danger" onClick={props.onClose}>
          Close terminal
        </Button>
      </DialogActions>
    </Dialog>
  );
}
