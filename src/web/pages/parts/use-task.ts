// Something that a person started and the box has to answer: one at a time, with the refusal in words.

import { useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { faultOf } from "./fault.tsx";

export interface Task {
  readonly busy: boolean;
  readonly problem: ProblemText | null;
  /** Does nothing while something runs. Resolves true when it went well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useTask(): Task {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (caught) {
      setProblem(faultOf(words, caught));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}
