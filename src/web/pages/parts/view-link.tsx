// A link to another view of these pages, without a load.

import type { ComponentChildren } from "preact";
import { useApp } from "../app-context.ts";
import { pathOf } from "../routes.ts";
import type { View } from "../state.ts";

export interface ViewLinkProps {
  readonly view: View;
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  /** In the place of what is inside, for screen readers. */
  readonly label?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

export function ViewLink({ view, isCurrent = false, label, children, ...rest }: ViewLinkProps) {
  const { controller } = useApp();
  return (
    <a
      {...rest}
      href={pathOf(view)}
      aria-label={label}
      aria-current={isCurrent ? "page" : undefined}
      onClick={(event) => {
        // A new tab stays the browser's business.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        controller.go(view);
      }}
    >
      {children}
    </a>
  );
}
