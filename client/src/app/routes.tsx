/** The pages that need no terminal. */
import { Route } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { MachinesPage } from './machines/machines-page.tsx';
import { ProvidersPage } from './providers/providers-page.tsx';
import { NotFound } from './shell/not-found.tsx';

export function Routes(): JSX.Element {
  return (
    <>
      <Route path="/" component={MachinesPage} />
      <Route path="/providers" component={ProvidersPage} />
      <Route path="*" component={NotFound} />
    </>
  );
}
