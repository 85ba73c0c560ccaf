// One section of a page about access: a heading, what it means, what can be done.

import type { ComponentChildren } from "preact";

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly text?: string | undefined;
  readonly action?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Panel({ id, title, text, action, children }: PanelProps) {
  return (
    <section class="access-panel" aria-labelledby={id}>
      <header class="access-head">
        <h2 id={id}>{title}</h2>
        {action}
      </header>
      {text !== undefined && <p class="access-text">{text}</p>}
      {children}
    </section>
  );
}
