/** Buttons. A view has one primary button. All other buttons are less prominent. */
import { type ComponentProps, type JSX, splitProps } from 'solid-js';
import { Spinner } from './spinner.tsx';

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap select-none transition-colors ' +
  'disabled:opacity-50 disabled:cursor-not-allowed';

const LOOKS = {
  primary: 'bg-ink text-paper hover:bg-ink/85',
  secondary: 'border border-rule-strong bg-surface text-ink hover:bg-sunken',
  quiet: 'text-muted hover:text-ink hover:bg-sunken',
  danger: 'bg-fault text-paper hover:bg-fault/85',
} as const;

const SIZES = {
  normal: 'h-9 px-3.5 text-sm',
  small: 'h-8 px-3 text-sm',
} as const;

/** Returns the CSS classes of a button, for links and menu triggers that should look like a button. */
export function buttonClass(
  look: keyof typeof LOOKS = 'secondary',
  size: keyof typeof SIZES = 'normal',
): string {
  return `${BASE} ${LOOKS[look]} ${SIZES[size]}`;
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
  /** True while the button's action runs. The button then keeps its width and cannot be pressed. */
  busy?: boolean;
}

export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['look', 'size', 'busy', 'class', 'disabled', 'children']);
  return (
    <button
      type="button"
      {...rest}
      aria-busy={own.busy}
      disabled={own.disabled || own.busy}
      class={`relative ${buttonClass(own.look, own.size)} ${own.class ?? ''}`}
    >
      <span class="contents" classList={{ '[&>*]:invisible text-transparent': own.busy }}>
        {own.children}
      </span>
      {own.busy && <Spinner class="absolute size-4" />}
    </button>
  );
}
