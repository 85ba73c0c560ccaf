// A part of a store's state for a component.

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { Store } from "./store.ts";

/** The component renders again when that part becomes another value. */
export function useStoreValue<S, T>(store: Store<S>, select: (state: S) => T): T {
  const [, renderAgain] = useReducer((count: number, _: undefined) => count + 1, 0);
  const selected = select(store.get());
  const latest = useRef({ select, selected });
  latest.current = { select, selected };
  useLayoutEffect(() => {
    const check = (): void => {
      const { select: current, selected: shown } = latest.current;
      if (!Object.is(current(store.get()), shown)) renderAgain(undefined);
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return selected;
}
