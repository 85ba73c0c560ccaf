// What every component can reach: the state (by selection), the words, and what can be done.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { AppError } from "../../base/index.ts";
import { type Store, type Task, usePlainTask, useStoreValue } from "../../page-parts/index.ts";
import type { Controller } from "./controller.ts";
import type { State } from "./state.ts";
import { problemOf, type Words } from "./words.ts";

export interface App {
  readonly store: Store<State>;
  readonly controller: Controller;
  readonly words: Words;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new AppError("page.no_context", "a component was rendered outside the application");
  return app;
}

export function useSelect<T>(select: (state: State) => T): T {
  return useStoreValue(useApp().store, select);
}

export function useWords(): Words {
  return useApp().words;
}

export function useTask(): Task {
  const { words } = useApp();
  return usePlainTask((caught) => problemOf(words, caught));
}
