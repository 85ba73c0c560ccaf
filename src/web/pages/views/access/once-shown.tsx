// A secret that is shown once: the whole of it, and a button that copies it.

import { copyText, Icon } from "../../../../page-parts/index.ts";
import { useApp } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";

export interface OnceShownProps {
  readonly title: string;
  readonly text: string;
  readonly secret: string;
  readonly onClose: () => void;
}

export function OnceShown({ title, text, secret, onClose }: OnceShownProps) {
  const { words } = useApp();
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        <p>{text}</p>
        <code class="secret-text">{secret}</code>
        <div class="access-actions">
          <button type="button" class="primary" onClick={() => void copyText(secret)}>
            <Icon name="copy" />
            {words.t("access.copy")}
          </button>
          <button type="button" onClick={onClose}>
            {words.t("access.invitation.done")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
