/** The page as a whole: connection, cache, routes. */
import { Route, Router } from '@solidjs/router';
import { QueryClientProvider } from '@tanstack/solid-query';
import { type JSX, lazy } from 'solid-js';
import type { UniCore } from '../sdk/index.ts';
import MachinesPage from './machines/machines-page.tsx';
import ProvidersPage from './providers/providers-page.tsx';
import { createQueries } from './queries.ts';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';
import { UniCoreProvider } from './unicore.tsx';

/** xterm and its addons come with this page, and only with it. */
const VmPage = lazy(() => import('./terminal/vm-page.tsx'));

export function App(props: { unicore: UniCore }): JSX.Element {
  return (
    <UniCoreProvider unicore={props.unicore}>
      <QueryClientProvider client={createQueries()}>
        <Router root={Shell}>
          <Route path="/" component={MachinesPage} />
          <Route path="/providers" component={ProvidersPage} />
          <Route path="/vm/:vmId" component={VmPage} preload={() => void VmPage.preload()} />
          <Route path="*" component={NotFound} />
        </Router>
      </QueryClientProvider>
    </UniCoreProvider>
  );
}
