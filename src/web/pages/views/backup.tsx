// Backups: where they are and how old, one to take along, and a box made out of one.

import { useState } from "preact/hooks";
import { saveBlob } from "../../../page-parts/index.ts";
import { type BackupView, backupView } from "../../../protocol/index.ts";
import { backupApi } from "../api-backup.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { SecretField } from "../parts/text-field.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { RestorePart } from "./backup-restore.tsx";

type Destination = BackupView["destinations"][number];

function DestinationRow({ destination }: { readonly destination: Destination }) {
  const words = useWords();
  const { id, place, last_success: last, last_size: size, problem, next_at: next } = destination;
  const ago = useSelect((state) => (last === null ? null : words.ago(state.now - last)));
  return (
    <tr>
      <th scope="row" class="line-number">
        {id} <span class="soft">{place}</span>
      </th>
      <td data-label={words.t("backup.last")}>{ago ?? words.t("backup.never")}</td>
      <td data-label={words.t("backup.size")} class="figure">
        {size === null ? "–" : words.t("backup.mb", { n: Math.ceil(size / 1_000_000) })}
      </td>
      <td data-label={words.t("backup.next")}>{next === null ? "–" : words.date(next)}</td>
      <td data-label={words.t("backup.problem")} class={problem === null ? "soft" : "waits"}>
        {problem === null ? words.t("backup.well") : (words.find(`problem.${problem}`) ?? problem)}
      </td>
    </tr>
  );
}

function Destinations({ view, onRun }: { readonly view: BackupView; readonly onRun: () => void }) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const start = (): void =>
    void run(async () => {
      await backupApi.run();
      onRun();
    });
  return (
    <section class="panel" aria-labelledby="backup-places">
      <header class="panel-head">
        <h2 id="backup-places">{words.t("backup.places")}</h2>
        {view.destinations.length > 0 && (
          <button type="button" class="small" disabled={busy || view.running} onClick={start}>
            {words.t(view.running ? "backup.running" : "backup.run")}
          </button>
        )}
      </header>
      <p class="soft">
        {view.destinations.length === 0 ? words.t("backup.none") : (view.schedule ?? words.t("backup.no_schedule"))}
      </p>
      <Fault fault={problem} />
      {view.destinations.length > 0 && (
        <table class="wide-table">
          <thead>
            <tr>
              {(["place", "last", "size", "next", "problem"] as const).map((key) => (
                <th key={key} scope="col" class={key === "size" ? "figure" : ""}>
                  {words.t(`backup.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.destinations.map((each) => (
              <DestinationRow key={each.id} destination={each} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const PASSPHRASE_MIN = 12;

function DownloadPart() {
  const { words, store } = useApp();
  const [passphrase, setPassphrase] = useState("");
  const { busy, problem, run } = useTask();
  const download = (): void =>
    void run(async () => {
      const day = new Date(store.get().now).toISOString().slice(0, 10);
      saveBlob(`numberbox-${day}.nbbackup`, await backupApi.download(passphrase));
      setPassphrase("");
    });
  return (
    <section class="panel" aria-labelledby="backup-download">
      <h2 id="backup-download">{words.t("backup.download")}</h2>
      <p class="soft">{words.t("backup.download.text")}</p>
      <SecretField
        id="download-passphrase"
        label={words.t("wizard.backup.passphrase")}
        help={words.t("wizard.backup.passphrase.help", { n: PASSPHRASE_MIN })}
        value={passphrase}
        onValue={setPassphrase}
      />
      <Fault fault={problem} />
      <button
        type="button"
        class="primary panel-do"
        disabled={busy || passphrase.length < PASSPHRASE_MIN}
        onClick={download}
      >
        {words.t(busy ? "backup.running" : "backup.download.do")}
      </button>
    </section>
  );
}

const ASK_EVERY_MS = 3000;

export function Backup() {
  const words = useWords();
  const { value: view, fault, reload } = useResource(backupView, "/api/v1/backup", ASK_EVERY_MS);
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.backup")}</h1>
      </header>
      {view === null ? <Fault fault={fault} /> : <Destinations view={view} onRun={reload} />}
      <DownloadPart />
      <RestorePart />
    </div>
  );
}
