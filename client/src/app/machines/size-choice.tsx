/** Lets the user choose a small, medium or large machine, and shows the CPU and memory of each size. */
import { RadioGroup } from '@kobalte/core/radio-group';
import type { VmSize } from '@unicore/protocol/api';
import { For, type JSX } from 'solid-js';
import { bytes } from '../base/index.ts';

const NAMES: Record<VmSize, string> = { small: 'Small', medium: 'Medium', large: 'Large' };
const SIZES = Object.keys(NAMES) as VmSize[];

interface SizeChoiceProps {
  value: VmSize;
  onChange(size: VmSize): void;
  sizes: Record<VmSize, { cpu: number; memory: number }> | undefined;
}

export function SizeChoice(props: SizeChoiceProps): JSX.Element {
  return (
    <RadioGroup
      value={props.value}
      onChange={(value) => props.onChange(value as VmSize)}
      class="grid gap-1.5"
    >
      <RadioGroup.Label class="font-medium text-sm">Size</RadioGroup.Label>
      <div class="grid grid-cols-3 gap-2">
        <For each={SIZES}>
          {(size) => (
            <RadioGroup.Item value={size} class="relative">
              <RadioGroup.ItemInput class="peer" />
              <RadioGroup.ItemLabel class="block cursor-pointer rounded-lg border border-rule-strong px-3 py-2 transition-colors hover:bg-sunken peer-focus-visible:outline-2 peer-focus-visible:outline-live peer-focus-visible:outline-offset-2 data-checked:border-ink data-checked:bg-sunken data-checked:ring-1 data-checked:ring-ink">
                <span class="block font-medium text-sm">{NAMES[size]}</span>
                <span class="block min-h-4 text-muted text-xs leading-4">
                  {props.sizes && `${props.sizes[size].cpu} CPU`}
                </span>
                <span class="block min-h-4 text-muted text-xs leading-4">
                  {props.sizes && bytes(props.sizes[size].memory)}
                </span>
              </RadioGroup.ItemLabel>
            </RadioGroup.Item>
          )}
        </For>
      </div>
    </RadioGroup>
  );
}
