// A modal dialog on the browser's own element, which keeps the focus inside and gives it back.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface PlainDialogProps {
  readonly title: string;
  /** What the button that closes it says. */
  readonly closeText: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function PlainDialog({ title, closeText, onClose, children }: PlainDialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Closing before the element is removed gives the focus back to where it was.
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="quiet square" onClick={onClose}>
          <Icon name="close" />
          <span class="hidden">{closeText}</span>
        </button>
      </header>
      {children}
    </dialog>
  );
}
