/** A text input with label, hint and error message. */
import { TextField } from '@kobalte/core/text-field';
import { type JSX, Show } from 'solid-js';

interface FieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: string;
  error?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  mono?: boolean;
}

export function Field(props: FieldProps): JSX.Element {
  return (
    <TextField
      value={props.value}
      onChange={props.onChange}
      validationState={props.error ? 'invalid' : 'valid'}
      class="grid gap-1.5"
    >
      <TextField.Label class="font-medium text-sm">{props.label}</TextField.Label>
      <TextField.Input
        class="h-10 rounded-lg border border-rule-strong bg-surface px-3 text-sm placeholder:text-muted focus-visible:outline-offset-0 data-invalid:border-fault"
        classList={{ 'font-mono': props.mono }}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        autocomplete="off"
        spellcheck={false}
      />
      <Show when={props.hint && !props.error}>
        <TextField.Description class="text-muted text-xs">{props.hint}</TextField.Description>
      </Show>
      <TextField.ErrorMessage class="text-fault text-xs">{props.error}</TextField.ErrorMessage>
    </TextField>
  );
}
