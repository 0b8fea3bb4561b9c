/** A Solid context that gives components the page's connection to the hub. */
import { createContext, type JSX, useContext } from 'solid-js';
import type { UniCore } from '../../sdk/index.ts';

const UniCoreContext = createContext<UniCore>();

export function UniCoreProvider(props: { unicore: UniCore; children: JSX.Element }): JSX.Element {
  return <UniCoreContext.Provider value={props.unicore}>{props.children}</UniCoreContext.Provider>;
}

export function useUniCore(): UniCore {
  const unicore = useContext(UniCoreContext);
  if (!unicore) throw new Error('useUniCore() needs <UniCoreProvider> above it');
  return unicore;
}
