// A refusal in words, with what to do next; announced when it appears.

import { Icon } from "./icon.tsx";
import type { ProblemText } from "./problem-text.ts";

export interface PlainFaultProps {
  readonly fault: ProblemText | null;
  /** Read aloud before it, such as "Error". */
  readonly level: string;
}

export function PlainFault({ fault, level }: PlainFaultProps) {
  return (
    <div role="alert" class="fault-place">
      {fault !== null && (
        <p class="fault">
          <Icon name="down" />
          <span>
            <span class="hidden">{level}: </span>
            {fault.what} {fault.hint !== null && <span class="fault-hint">{fault.hint}</span>}
          </span>
        </p>
      )}
    </div>
  );
}
