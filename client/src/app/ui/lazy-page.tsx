/**
 * A page whose code comes when it is first wanted. Not Solid's lazy(), which needs <Suspense>: under that, each answer
 * to a query would take the page away for a moment, and the keyboard focus with it.
 */
import { type Component, createSignal, type JSX, Match, Switch } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { PageError } from './page.tsx';
import { Spinner } from './spinner.tsx';

export interface LazyPage {
  Page: Component;
  /** Begins to load, such as when a link to the page is hovered. */
  preload(): void;
}

export function lazyPage(load: () => Promise<Component>): LazyPage {
  const [page, setPage] = createSignal<Component>();
  const [error, setError] = createSignal<unknown>();
  let loading = false;

  const preload = (): void => {
    if (loading) return;
    loading = true;
    load().then((component) => setPage(() => component), setError);
  };

  const Page = (): JSX.Element => {
    preload();
    return (
      <Switch fallback={<Loading />}>
        <Match when={page()}>{(component) => <Dynamic component={component()} />}</Match>
        {/* The hub has a newer page by now, and the old one's files are gone. */}
        <Match when={error()}>{(why) => <PageError error={why()} onRetry={() => location.reload()} />}</Match>
      </Switch>
    );
  };
  return { Page, preload };
}

export function Loading(): JSX.Element {
  return (
    <div class="grid min-h-64 grow animate-late place-items-center" role="status" aria-label="Loading">
      <Spinner class="size-5" />
    </div>
  );
}
