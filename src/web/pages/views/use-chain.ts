// What the box knows of Emercoin, asked for again and again while somebody looks.

import { useEffect, useRef, useState } from "preact/hooks";
import { type ChainFacts, chainFacts } from "../api-chain.ts";
import { useSelect } from "../app-context.ts";

const ASK_EVERY_MS = 3000;

export interface ChainLook {
  /** Null until the box has answered once. */
  readonly facts: ChainFacts | null;
  /** Looks again as soon as it can, after something was done. */
  readonly refresh: () => void;
}

export function useChain(): ChainLook {
  const [facts, setFacts] = useState<ChainFacts | null>(null);
  const [asked, setAsked] = useState(0);
  // A node may take longer to answer than the page waits between two questions: the next one waits for the answer.
  const isAsking = useRef(false);
  const turn = useSelect((state) => Math.floor(state.now / ASK_EVERY_MS));
  useEffect(() => {
    if (isAsking.current) return;
    isAsking.current = true;
    chainFacts()
      // What cannot be told now is told by the link's banner; the next question may be answered.
      .then(setFacts, () => {})
      .finally(() => {
        isAsking.current = false;
      });
  }, [turn, asked]);
  return { facts, refresh: () => setAsked((count) => count + 1) };
}
