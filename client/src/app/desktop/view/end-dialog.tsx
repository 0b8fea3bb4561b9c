/** The dialog that asks for confirmation before the desktop ends. */
import type { JSX } from 'solid-js';
import { Button, Dialog, DialogActions } from '../../ui/index.ts';

interface EndDialogProps {
  open: boolean;
  busy: boolean;
  onClose(): void;
  onEnd(): void;
}

export function EndDialog(props: EndDialogProps): JSX.Element {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title="End this desktop?"
      description="Its browser closes, and everything in it is deleted: pages, sign-ins and files. This cannot be undone."
    >
      <DialogActions>
        <Button onClick={props.onClose}>Keep it</Button>
        <Button look="danger" busy={props.busy} onClick={props.onEnd}>
          End desktop
        </Button>
      </DialogActions>
    </Dialog>
  );
}
