/** Shows who has the controls of a desktop, in a few words. All pages of one user share the controls. */
import type { Control } from '@unicore/protocol/api';
import { type JSX, Match, Switch } from 'solid-js';
import { Button, Chip } from '../../ui/index.ts';

/** Returns true if a program has the controls. Then the input of the user has no effect. */
export function isDrivenByProgram(control: Control | undefined): boolean {
  return control?.holder?.kind === 'program';
}

export function Driver(props: { control: Control | undefined; onTakeOver(): void }): JSX.Element {
  return (
    <span class="inline-flex items-center gap-2" aria-live="polite">
      <Switch>
        <Match when={isDrivenByProgram(props.control)}>
          <Chip tone="wait">A program drives</Chip>
          <Button size="small" look="primary" onClick={() => props.onTakeOver()}>
            Take over
          </Button>
        </Match>
        <Match when={props.control?.holder}>
          <Chip tone="live">You drive</Chip>
        </Match>
        <Match when={props.control}>
          <span class="inline-flex" title="The next key or click takes the controls, yours or a program’s.">
            <Chip tone="off">Free to use</Chip>
          </span>
        </Match>
      </Switch>
    </span>
  );
}
