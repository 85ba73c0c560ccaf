// Makes this box out of a backup: handed in, checked to the last byte and shown before anything is touched.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { type BackupContents, type BackupOnStick, backupsOnSticks } from "../../../protocol/index.ts";
import { backupApi } from "../api-backup.ts";
import { useApp, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { SecretField, TextField } from "../parts/text-field.tsx";
import { useResource } from "../parts/use-resource.ts";
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
  const [source, setSource] = useState<File | BackupOnStick | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [contents, setContents] = useState<BackupContents | null>(null);
  const [confirm, setConfirm] = useState("");
  const { busy, problem, run } = useTask();
  const check = (): void =>
    void run(async () => {
      if (source === null) return;
      setContents(null);
      if (source instanceof File) await backupApi.upload(source, setShare);
      else await backupApi.take(source.id);
      setContents(await backupApi.check(passphrase));
    });
  const restore = (): void =>
    void run(async () => {
      if (contents === null) return;
      await backupApi.restore({ id: contents.id, passphrase, confirm });
      controller.tell({ kind: "done", text: words.t("backup.restoring") });
    });
  const pick = (next: File | BackupOnStick | undefined): void => {
    setSource(next ?? null);
    setContents(null);
    setShare(null);
  };
  return {
    source,
    pick,
    share,
    passphrase,
    setPassphrase,
    contents,
    confirm,
    setConfirm,
    busy,
    problem,
    check,
    restore,
  };
}

const LOOK_EVERY_MS = 5000;

interface SticksProps {
  readonly picked: File | BackupOnStick | null;
  readonly onPick: (backup: BackupOnStick) => void;
}

/** Nothing where no stick has a backup. */
function Sticks({ picked, onPick }: SticksProps) {
  const words = useWords();
  const { value } = useResource(backupsOnSticks, "/api/v1/backup/sticks", LOOK_EVERY_MS);
  const backups = value?.backups ?? [];
  if (backups.length === 0) return null;
  return (
    <fieldset class="step-part">
      <legend>{words.t("backup.sticks")}</legend>
      <ul class="stick-files">
        {backups.map((backup) => (
          <li key={backup.id}>
            <span>
              {backup.name}{" "}
              <span class="soft">
                {backup.stick} · {words.t("backup.mb", { n: Math.ceil(backup.size / 1_000_000) })}
              </span>
            </span>
            <button
              type="button"
              class="small"
              aria-pressed={picked !== null && "id" in picked && picked.id === backup.id}
              onClick={() => onPick(backup)}
            >
              {words.t("backup.sticks.take")}
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
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
          {at.source?.name} {at.share !== null && words.t("backup.uploaded", { n: Math.round(at.share * 100) })}
        </span>
      </div>
      <Sticks picked={at.source} onPick={at.pick} />
      <SecretField
        id="restore-passphrase"
        label={words.t("wizard.backup.passphrase")}
        value={at.passphrase}
        onValue={at.setPassphrase}
      />
      <button
        type="button"
        class="panel-do"
        disabled={at.busy || at.source === null || at.passphrase === ""}
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
