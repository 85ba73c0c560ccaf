// Something of the box that no frame tells: asked for when a view opens, again while it is looked at, and after something was done.

import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import { useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import type { ProblemText } from "../describe.ts";
import { faultOf } from "./fault.tsx";

export interface Resource<T> {
  /** The last answer; null before the first. */
  readonly value: T | null;
  /** Why there is no newer one. */
  readonly fault: ProblemText | null;
  /** Asks now, for instance after something was changed. */
  readonly reload: () => void;
}

/** `every` in milliseconds; without it once, and with `reload`. A `path` of null asks nothing. */
export function useResource<T>(schema: z.ZodType<T>, path: string | null, every?: number): Resource<T> {
  const words = useWords();
  const [answer, setAnswer] = useState<{ readonly path: string; readonly value: T } | null>(null);
  const [fault, setFault] = useState<ProblemText | null>(null);
  const [asked, setAsked] = useState(0);
  const turn = useSelect((state) => (every === undefined ? 0 : Math.floor(state.now / every)));
  // Answers of an address that is no longer asked for are dropped; a slow box is not asked twice at once.
  const asking = useRef<string | null>(null);
  useEffect(() => {
    if (path === null || asking.current === path) return;
    asking.current = path;
    const isWanted = (): boolean => asking.current === path;
    call(schema, "GET", path)
      .then(
        (value) => {
          if (!isWanted()) return;
          setAnswer({ path, value });
          setFault(null);
        },
        (caught: unknown) => isWanted() && setFault(faultOf(words, caught)),
      )
      .finally(() => {
        if (isWanted()) asking.current = null;
      });
  }, [path, turn, asked]);
  const value = answer !== null && answer.path === path ? answer.value : null;
  return { value, fault, reload: () => setAsked((count) => count + 1) };
}
