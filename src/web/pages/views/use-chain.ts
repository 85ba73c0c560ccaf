// What the box knows of Emercoin, asked for again and again while somebody looks.

import { useEffect, useState } from "preact/hooks";
import { type ChainFacts, chainFacts } from "../api-chain.ts";
import { useSelect } from "../app-context.ts";

const ASK_EVERY_MS = 3000;

export interface ChainLook {
  /** Null until the box has answered once. */
  readonly facts: ChainFacts | null;
  /** Looks again at once, after something was done. */
  readonly refresh: () => void;
}

export function useChain(): ChainLook {
  const [facts, setFacts] = useState<ChainFacts | null>(null);
  const [asked, setAsked] = useState(0);
  const turn = useSelect((state) => Math.floor(state.now / ASK_EVERY_MS));
  useEffect(() => {
    let isCurrent = true;
    // What cannot be told now is told by the link's banner; the next question may be answered.
    chainFacts().then(
      (next) => isCurrent && setFacts(next),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [turn, asked]);
  return { facts, refresh: () => setAsked((count) => count + 1) };
}
