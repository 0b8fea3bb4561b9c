/**
 * The hidden text field that gets what people type while a desktop's picture has the focus. It is needed because
 * browsers support input methods, dead keys and soft keyboards only in text fields. Text that is being composed is
 * shown near the last click.
 */
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { isPageChord } from '../../base/index.ts';
import { BACKSPACE } from './special-keys.ts';
import { changeBetween } from './typed-change.ts';
import type { Typist } from './typist.ts';

/**
 * The first lines of the field. Soft keyboards report Backspace only if there is a text before the cursor. The line
 * breaks keep the keyboard from joining this text to a word.
 */
const BASE = '\n'.repeat(64);
/** A longer text is removed from the field (characters). Keyboards do not correct text that far back. */
const MOST = 2_000;

export interface TypingFieldHandle {
  /** Gives the focus to the field, without opening a soft keyboard. */
  focus(): void;
  /** Opens the soft keyboard of the device. Browsers allow that only while the user touches the screen. */
  openKeyboard(): void;
  /** Sets the place where text is shown while it is being composed, in CSS pixels from the corner of the picture. */
  moveTo(x: number, y: number): void;
}

interface TypingFieldProps {
  typist: Typist;
  label: string;
  /** Called for Control+Shift with Up or Space, which move the focus out of the desktop. */
  onLeave(code: 'ArrowUp' | 'Space'): void;
  onFocus(isFocused: boolean): void;
  /** Called for each key that goes down. */
  onKey(event: KeyboardEvent): void;
  /**
   * Called with the text of this device's clipboard when the user pastes. Returns true if the desktop should paste
   * it now.
   */
  paste(text: string): boolean;
  /** True if Control+V pastes the text that was copied on this device. */
  isPasting: boolean;
  ref(handle: TypingFieldHandle): void;
}

export function TypingField(props: TypingFieldProps): JSX.Element {
  const { typist } = props;
  const [place, setPlace] = createSignal({ x: 8, y: 8 });
  const [composed, setComposed] = createSignal<string>();
  const [isSoft, setSoft] = createSignal(false);
  let field!: HTMLTextAreaElement;
  /** The part of the field's text that was already sent to the desktop. */
  let known = BASE;
  /** The Control+V that waits for the text of the clipboard. */
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
    // If the user pastes without Control+V (for example by a menu), the browser puts the text into the field, and
    // it is typed.
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
        // The soft keyboard stays closed until the user opens it. Otherwise it would cover the picture at each
        // touch.
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
