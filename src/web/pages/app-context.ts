// What every component can reach: the state (by selection), the words, and what can be done.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { AppError } from "../../base/index.ts";
import { type Store, useStoreValue } from "../../page-parts/index.ts";
import type { Controller } from "./controller.ts";
import type { Translator } from "./i18n.ts";
import type { Box, State } from "./state.ts";

export interface App {
  readonly store: Store<State>;
  readonly controller: Controller;
  readonly words: Translator;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new AppError("page.no_context", "a component was rendered outside the application");
  return app;
}

/** A part of the state; the component renders again when that part becomes another value. */
export function useSelect<T>(select: (state: State) => T): T {
  return useStoreValue(useApp().store, select);
}

/** A part of what the box said; `fallback` before its first word. */
export function useBox<T>(select: (box: Box) => T, fallback: T): T {
  return useSelect((state) => (state.box === null ? fallback : select(state.box)));
}

export function useWords(): Translator {
  return useApp().words;
}
