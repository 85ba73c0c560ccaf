// A secret on its way into a file of the box.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../page-parts/index.ts";
import { settingsApi } from "../api-settings-page.ts";
import { useApp } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { PasswordInput } from "../parts/password-input.tsx";
import { useTask } from "../parts/use-task.ts";
import type { Path } from "../settings-form.ts";
import { pathLabel } from "./settings-diff.tsx";

export interface SettingsSecretProps {
  readonly path: Path;
  /** The setting's present value: a secret that is kept under a name keeps it. */
  readonly file: string;
  readonly onKept: (file: string) => void;
  readonly onClose: () => void;
}

function nameOf(path: Path, file: string): string {
  const [, known] = /^secrets\/([a-z0-9][a-z0-9._-]{0,63})$/.exec(file) ?? [];
  const made = path
    .join("-")
    .toLowerCase()
    .replace(/_file$/, "")
    .replace(/[^a-z0-9._-]+/g, "-");
  return known ?? made.slice(0, 64);
}

export function SettingsSecret({ path, file, onKept, onClose }: SettingsSecretProps) {
  const { controller, words } = useApp();
  const [value, setValue] = useState("");
  const task = useTask();
  const keep = () =>
    task.run(async () => {
      const kept = await settingsApi.keepSecret(nameOf(path, file), value);
      controller.tell({ kind: "done", text: words.t("settings.secret.saved") });
      onKept(kept.file);
    });
  return (
    <Dialog title={words.t("settings.secret.title", { name: pathLabel(path) })} onClose={onClose}>
      <DialogForm onSubmit={() => void keep()}>
        <div class="dialog-body">
          <Field
            id="secret-value"
            label={words.t("settings.secret.value")}
            help={words.t("settings.secret.text")}
            control={(ids) => <PasswordInput ids={ids} use="off" value={value} onValue={setValue} />}
          />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("settings.secret.save")} disabled={value === "" || task.busy} />
      </DialogForm>
    </Dialog>
  );
}
