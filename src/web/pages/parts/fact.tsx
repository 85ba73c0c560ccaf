// A fact with its name, and facts of one kind together.

import type { ComponentChildren } from "preact";
import { useWords } from "../app-context.ts";

export interface FactProps {
  readonly name: string;
  /** Null and empty text: the box does not know. */
  readonly children: ComponentChildren;
}

export function Fact({ name, children }: FactProps) {
  const words = useWords();
  const isKnown = children !== null && children !== "";
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{isKnown ? children : <span class="fact-none">{words.t("fact.none")}</span>}</dd>
    </div>
  );
}

export interface FactGroupProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function FactGroup({ title, children }: FactGroupProps) {
  return (
    <div class="fact-group">
      <h3>{title}</h3>
      {children}
    </div>
  );
}
