/**
 * The hidden text field into which people type while the picture of a desktop has the focus. A browser offers input
 * methods, dead keys and soft keyboards to text fields only. What is composed is shown beside the last click.
 */
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { isPageChord } from '../../base/index.ts';
import { BACKSPACE } from './special-keys.ts';
import { changeBetween } from './typed-change.ts';
import type { Typist } from './typist.ts';

/**
 * The field always begins with these lines. Soft keyboards tell of Backspace only where there is a text, and a word
 * ends at a line.
 */
const BASE = '\n'.repeat(64);
/** A longer text is forgotten, since no keyboard corrects what lies so far back. */
const MOST = 2_000;

export interface TypingFieldHandle {
  /** Lets the keyboard type here, without opening a soft one. */
  focus(): void;
  /** Opens the soft keyboard of the device. Must be called while the user touches something. */
  openKeyboard(): void;
  /** What is composed is shown here, in CSS pixels from the corner of the picture. */
  moveTo(x: number, y: number): void;
}

interface TypingFieldProps {
  typist: Typist;
  label: string;
  /** Called for Control, Shift and Up or Space, which lead out of the desktop. */
  onLeave(code: 'ArrowUp' | 'Space'): void;
  onFocus(isFocused: boolean): void;
  /** Called for each key that goes down. */
  onKey(event: KeyboardEvent): void;
  /** Takes a text of this device's clipboard. Returns true if the desktop may now paste it. */
  paste(text: string): boolean;
  /** True if Control+V pastes what this device has copied. */
  isPasting: boolean;
  ref(handle: TypingFieldHandle): void;
}

export function TypingField(props: TypingFieldProps): JSX.Element {
  const { typist } = props;
  const [place, setPlace] = createSignal({ x: 8, y: 8 });
  const [composed, setComposed] = createSignal<string>();
  const [isSoft, setSoft] = createSignal(false);
  let field!: HTMLTextAreaElement;
  /** The text of the field that the desktop has. */
  let known = BASE;
  /** Control+V, which waits for the text of the clipboard. */
  let pasting: KeyboardEvent | undefined;

  const toEnd = (): void => field.setSelectionRange(field.value.length, field.value.length);
  const forget = (): void => {
    if (composed() !== undefined) return;
    known = BASE;
    if (field.value !== BASE) field.value = BASE;
    toEnd();
  };
  const sync = (): void => {
    const { backspaces, text } = changeBetween(known, field.value);
    known = field.value;
    for (let i = 0; i < backspaces; i++) typist.strike(BACKSPACE);
    typist.text(text);
    if (!known.startsWith(BASE) || known.length > MOST) forget();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (isPageChord(event) && (event.code === 'ArrowUp' || event.code === 'Space')) {
      event.preventDefault();
      return props.onLeave(event.code);
    }
    props.onKey(event);
    if (props.isPasting && isPaste(event)) {
      pasting = event;
      return;
    }
    if (!typist.key(event)) return;
    event.preventDefault();
    forget();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const key = pasting;
    pasting = undefined;
    // Without Control+V, the text gets into the field, and is typed.
    if (key === undefined) return;
    event.preventDefault();
    if (props.paste(event.clipboardData?.getData('text/plain') ?? '')) typist.key(key);
  };
  const release = (): void => {
    pasting = undefined;
    typist.release();
  };
  const onHide = (): void => {
    if (document.visibilityState === 'hidden') release();
  };
  const onSelect = (): void => {
    const isInside = document.activeElement === field && field.selectionEnd < field.value.length;
    if (isInside && composed() === undefined) toEnd();
  };

  onMount(() => {
    forget();
    window.addEventListener('blur', release);
    document.addEventListener('visibilitychange', onHide);
    document.addEventListener('selectionchange', onSelect);
  });
  onCleanup(() => {
    window.removeEventListener('blur', release);
    document.removeEventListener('visibilitychange', onHide);
    document.removeEventListener('selectionchange', onSelect);
  });
  props.ref({
    focus: () => field.focus({ preventScroll: true }),
    openKeyboard: () => {
      field.blur();
      setSoft(true);
      field.focus({ preventScroll: true });
    },
    moveTo: (x, y) => {
      setPlace({ x, y });
      forget();
    },
  });

  return (
    <div class="pointer-events-none absolute z-10" style={{ left: `${place().x}px`, top: `${place().y}px` }}>
      <textarea
        ref={field}
        class="block h-5 w-px resize-none overflow-hidden border-0 p-0 text-base opacity-0 outline-none"
        rows={1}
        aria-label={props.label}
        // Without a soft keyboard until it is asked for: it would cover the picture at each touch.
        inputmode={isSoft() ? 'text' : 'none'}
        enterkeyhint="enter"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        autocorrect="off"
        on:keydown={onKeyDown}
        on:keyup={(event) => {
          event.stopPropagation();
          if (typist.key(event)) event.preventDefault();
        }}
        on:input={() => composed() === undefined && sync()}
        on:compositionstart={() => setComposed('')}
        on:compositionupdate={(event) => setComposed(event.data)}
        on:compositionend={() => {
          setComposed(undefined);
          sync();
        }}
        on:paste={onPaste}
        on:focus={() => props.onFocus(true)}
        on:blur={() => {
          release();
          setSoft(false);
          props.onFocus(false);
        }}
      />
      <Show when={composed()}>
        <span class="-mt-5 block w-max max-w-80 rounded-md border border-rule bg-surface px-1.5 py-0.5 text-sm underline decoration-dotted underline-offset-4 shadow-float">
          {composed()}
        </span>
      </Show>
    </div>
  );
}

function isPaste({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'v' && ctrlKey !== metaKey && !altKey;
}
