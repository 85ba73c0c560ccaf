// Something that a person started and something has to answer: one at a time, with the refusal in words.

import { useState } from "preact/hooks";
import type { ProblemText } from "./problem-text.ts";

export interface Task {
  readonly busy: boolean;
  readonly problem: ProblemText | null;
  /** Does nothing while something runs. Resolves true when it went well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

/** `describe`: words for what was caught. */
export function usePlainTask(describe: (caught: unknown) => ProblemText): Task {
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
      setProblem(describe(caught));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}
