// A word at the edge of the window that goes by itself: what was done, or what was not.

import { Icon } from "./icon.tsx";

export interface NoticeProps {
  readonly notice: { readonly kind: "done" | "failed"; readonly text: string } | null;
  /** What its button is called. */
  readonly close: string;
  readonly onClose: () => void;
}

/** The place is there without a notice too, so that screen readers hear what comes into it. */
export function NoticePlace({ notice, close, onClose }: NoticeProps) {
  return (
    <div class="notice-place" role="status">
      {notice !== null && (
        <div class={`notice notice-${notice.kind}`}>
          <Icon name={notice.kind === "done" ? "ready" : "down"} />
          <span>{notice.text}</span>
          <button type="button" class="quiet square" onClick={onClose}>
            <Icon name="close" />
            <span class="hidden">{close}</span>
          </button>
        </div>
      )}
    </div>
  );
}
