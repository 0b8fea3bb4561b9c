/** Routes of all pages except those that show a terminal or a desktop. */
import { Route } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { MachinesPage } from './machines/index.ts';
import { ProvidersPage } from './providers/index.ts';
import { NotFound } from './ui/index.ts';

export function Routes(): JSX.Element {
  return (
    <>
      <Route path="/" component={MachinesPage} />
      <Route path="/providers" component={ProvidersPage} />
      <Route path="*" component={NotFound} />
    </>
  );
}
