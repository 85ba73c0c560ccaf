// Makes this box out of a backup: handed in, checked to the last byte and shown before anything is touched.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { BackupContents } from "../../../protocol/index.ts";
import { backupApi } from "../api-backup.ts";
import { useApp, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { SecretField, TextField } from "../parts/text-field.tsx";
import { useTask } from "../parts/use-task.ts";

function Contents({ contents }: { readonly contents: BackupContents }) {
  const words = useWords();
  const { created_at: at, version, identity, same_identity: isSame, entries, missing } = contents;
  return (
    <div class="step-part">
      <p>
        <strong>{identity.name}</strong> · {words.date(at)} · {words.t("backup.version", { version })}
      </p>
      <p class={isSame ? "soft" : "step-warn"}>{words.t(isSame ? "backup.same" : "backup.other")}</p>
      <p class="soft">{words.t("backup.entries", { n: entries.length })}</p>
      {missing.length > 0 && <p class="step-warn">{words.t("backup.missing", { names: missing.join(", ") })}</p>}
    </div>
  );
}

function useRestore() {
  const { controller, words } = useApp();
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [contents, setContents] = useState<BackupContents | null>(null);
  const [confirm, setConfirm] = useState("");
  const { busy, problem, run } = useTask();
  const check = (): void =>
    void run(async () => {
      if (file === null) return;
      setContents(null);
      await backupApi.upload(file, setShare);
      setContents(await backupApi.check(passphrase));
    });
  const restore = (): void =>
    void run(async () => {
      if (contents === null) return;
      await backupApi.restore({ id: contents.id, passphrase, confirm });
      controller.tell({ kind: "done", text: words.t("backup.restoring") });
    });
  const pick = (next: File | undefined): void => {
    setFile(next ?? null);
    setContents(null);
    setShare(null);
  };
  return { file, pick, share, passphrase, setPassphrase, contents, confirm, setConfirm, busy, problem, check, restore };
}

export function RestorePart() {
  const words = useWords();
  const at = useRestore();
  return (
    <section class="panel" aria-labelledby="backup-restore">
      <h2 id="backup-restore">{words.t("backup.restore")}</h2>
      <p class="soft">{words.t("backup.restore.text")}</p>
      <div class="file-picker">
        <label class="file">
          <Icon name="file" />
          {words.t("wizard.backup.pick")}
          <input type="file" onChange={(event) => at.pick(event.currentTarget.files?.[0])} />
        </label>
        <span class="file-name" role="status">
          {at.file?.name} {at.share !== null && words.t("backup.uploaded", { n: Math.round(at.share * 100) })}
        </span>
      </div>
      <SecretField
        id="restore-passphrase"
        label={words.t("wizard.backup.passphrase")}
        value={at.passphrase}
        onValue={at.setPassphrase}
      />
      <button
        type="button"
        class="panel-do"
        disabled={at.busy || at.file === null || at.passphrase === ""}
        onClick={at.check}
      >
        {words.t("backup.check")}
      </button>
      {at.contents !== null && (
        <>
          <Contents contents={at.contents} />
          <TextField
            id="restore-confirm"
            label={words.t("backup.confirm", { name: at.contents.identity.name })}
            value={at.confirm}
            onValue={at.setConfirm}
          />
          <button
            type="button"
            class="danger panel-do"
            disabled={at.busy || at.confirm !== at.contents.identity.name}
            onClick={at.restore}
          >
            {words.t("backup.restore.do")}
          </button>
        </>
      )}
      <Fault fault={at.problem} />
    </section>
  );
}
