/** Accepts files that the user drops onto the picture of a desktop. */
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { Upload } from '../desktop-icons.ts';

interface DropZoneProps {
  /** The element onto which files can be dropped. */
  over: HTMLElement;
  isOpen: boolean;
  onFiles(files: File[]): void;
  onFolder(name: string): void;
}

export function DropZone(props: DropZoneProps): JSX.Element {
  const [isOver, setOver] = createSignal(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

  const onDrag = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    // Otherwise the browser would leave the page and open the file.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = props.isOpen ? 'copy' : 'none';
    setOver(props.isOpen);
  };
  const onLeave = (event: DragEvent): void => {
    const to = event.relatedTarget;
    if (!(to instanceof Node && props.over.contains(to))) setOver(false);
  };
  const onDrop = (event: DragEvent): void => {
    setOver(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (!props.isOpen) return;
    const files: File[] = [];
    for (const item of event.dataTransfer?.items ?? []) {
      const entry = item.webkitGetAsEntry?.();
      const file = item.getAsFile();
      if (entry?.isDirectory) props.onFolder(entry.name);
      else if (file) files.push(file);
    }
    props.onFiles(files);
  };

  onMount(() => {
    const { over } = props;
    over.addEventListener('dragenter', onDrag);
    over.addEventListener('dragover', onDrag);
    over.addEventListener('dragleave', onLeave);
    over.addEventListener('drop', onDrop);
    onCleanup(() => {
      over.removeEventListener('dragenter', onDrag);
      over.removeEventListener('dragover', onDrag);
      over.removeEventListener('dragleave', onLeave);
      over.removeEventListener('drop', onDrop);
    });
  });
  return (
    <Show when={isOver()}>
      <div class="pointer-events-none absolute inset-3 z-20 grid place-content-center justify-items-center gap-2 rounded-xl border-2 border-live border-dashed bg-surface/85 text-center">
        <Upload class="size-6 text-live" />
        <p class="font-medium">Drop to upload</p>
        <p class="text-muted text-sm">into the folder Uploads of the desktop</p>
      </div>
    </Show>
  );
}
