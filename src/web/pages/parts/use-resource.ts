// Something of the box that no frame tells: asked for when a view opens, again while it is looked at, and after something was done.

import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import { isAppError } from "../../../base/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import type { ProblemText } from "../describe.ts";
import { faultOf } from "./fault.tsx";

export interface Resource<T> {
  /** The last answer; null before the first. */
  readonly value: T | null;
  /** Why there is no newer one. */
  readonly fault: ProblemText | null;
  /** The fault's code, for a view that takes one of them for an answer. */
  readonly code: string | null;
  /** Asks now, for instance after something was changed. */
  readonly reload: () => void;
}

/** `every` in milliseconds; without it once, and with `reload`. A `path` of null asks nothing. */
export function useResource<T>(schema: z.ZodType<T>, path: string | null, every?: number): Resource<T> {
  const words = useWords();
  const [answer, setAnswer] = useState<{ readonly path: string; readonly value: T } | null>(null);
  const [fault, setFault] = useState<{ readonly code: string; readonly text: ProblemText } | null>(null);
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
        (caught: unknown) => {
          const code = isAppError(caught) ? caught.code : "page.bad_reply";
          if (isWanted()) setFault({ code, text: faultOf(words, caught) });
        },
      )
      .finally(() => {
        if (isWanted()) asking.current = null;
      });
  }, [path, turn, asked]);
  const value = answer !== null && answer.path === path ? answer.value : null;
  const reload = () => setAsked((count) => count + 1);
  return { value, fault: fault?.text ?? null, code: fault?.code ?? null, reload };
}
