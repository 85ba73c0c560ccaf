// Small parts in these pages' words.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import {
  copyText,
  Icon,
  type IconName,
  PlainDialog,
  type PlainDialogProps,
  PlainFault,
  type ProblemText,
  SecretInput,
  type SecretInputProps,
} from "../../../page-parts/index.ts";
import { useApp, useWords } from "../app-context.ts";
import { pathOf } from "../routes.ts";
import type { View } from "../state.ts";

export function Dialog(props: Omit<PlainDialogProps, "closeText">) {
  return <PlainDialog {...props} closeText={useWords().t("app.close")} />;
}

export function Fault({ fault }: { readonly fault: ProblemText | null }) {
  return <PlainFault fault={fault} level={useWords().t("app.error")} />;
}

export function PasswordInput(props: Omit<SecretInputProps, "showText" | "hideText">) {
  const words = useWords();
  return <SecretInput {...props} showText={words.t("password.show")} hideText={words.t("password.hide")} />;
}

export interface ViewLinkProps {
  readonly view: View;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

/** A link to another view of these pages, without a load. */
export function ViewLink({ view, isCurrent = false, children, ...rest }: ViewLinkProps) {
  const { controller } = useApp();
  return (
    <a
      {...rest}
      href={pathOf(view)}
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

export interface CopyButtonProps {
  /** What goes to the clipboard. */
  readonly value: string;
  /** What was copied, for the notice. */
  readonly said: string;
  readonly class?: string;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}

export function CopyButton({ value, said, icon = "copy", children, ...rest }: CopyButtonProps) {
  const { controller, words } = useApp();
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(value);
    controller.tell({ kind: isCopied ? "done" : "failed", text: isCopied ? said : words.t("app.not_copied") });
  };
  return (
    <button type="button" {...rest} onClick={() => void copy()}>
      <Icon name={icon} />
      {children}
    </button>
  );
}

/** The title of a view; a screen reader begins here after a change of view. */
export function ViewTitle({ children }: { readonly children: ComponentChildren }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <h1 class="view-title" ref={title} tabIndex={-1}>
      {children}
    </h1>
  );
}
