// Something that a person started and the box has to answer: one at a time, with the refusal in words.

import { type Task, usePlainTask } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import { faultOf } from "./fault.tsx";

export type { Task };

export function useTask(): Task {
  const words = useWords();
  return usePlainTask((caught) => faultOf(words, caught));
}
