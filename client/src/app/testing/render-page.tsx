/** Renders the whole page, or one component, with a fake hub. */
import { createMemoryHistory, MemoryRouter, Route } from '@solidjs/router';
import { render } from '@solidjs/testing-library';
import { QueryClientProvider } from '@tanstack/solid-query';
import type { JSX } from 'solid-js';
import { createQueries, UniCoreProvider } from '../data/index.ts';
import { Layout } from '../layout/index.ts';
import { Routes } from '../routes.tsx';
import type { FakeHub } from './fake-api.ts';

/** Renders everything except terminals, which need a real browser. Returns the history, to check navigation. */
export function renderPage(hub: FakeHub, path = '/') {
  const history = createMemoryHistory();
  history.set({ value: path });
  render(() => (
    <Context hub={hub}>
      <MemoryRouter history={history} root={Layout}>
        <Routes />
        <Route path="/vm/:vmId" component={() => <h1>The machine's page</h1>} />
      </MemoryRouter>
    </Context>
  ));
  return history;
}

/** Renders one component. */
export function renderPart(hub: FakeHub, part: () => JSX.Element, path = '/') {
  const history = createMemoryHistory();
  history.set({ value: path });
  const view = render(() => (
    <Context hub={hub}>
      <MemoryRouter history={history}>
        <Route path="*" component={part} />
      </MemoryRouter>
    </Context>
  ));
  return { ...view, history };
}

function Context(props: { hub: FakeHub; children: JSX.Element }): JSX.Element {
  const queries = createQueries();
  return (
    <UniCoreProvider unicore={props.hub.unicore}>
      <QueryClientProvider client={queries}>{props.children}</QueryClientProvider>
    </UniCoreProvider>
  );
}
