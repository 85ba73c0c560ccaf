// Where the box's data lies, and its way from the card to a disk of its own. Nothing on a machine that cannot move it.

import { useState } from "preact/hooks";
import { type StorageView, storageView } from "../../../protocol/index.ts";
import { hostApi } from "../api-host.ts";
import { useWords } from "../app-context.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Fault } from "../parts/fault.tsx";
import { isTyped, TypedName } from "../parts/typed-name.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";

const ASK_EVERY_MS = 5000;

type Disk = StorageView["disks"][number];
type Data = NonNullable<StorageView["data"]>;

interface AskProps {
  readonly disk: Disk;
  /** The machine's, to be typed. */
  readonly name: string;
  readonly onAsked: () => void;
  readonly onClose: () => void;
}

function Ask({ disk, name, onAsked, onClose }: AskProps) {
  const words = useWords();
  const [typed, setTyped] = useState("");
  const { busy, problem, run } = useTask();
  const confirm = (): void =>
    void run(async () => {
      await hostApi.move_data(disk.id, typed);
      onAsked();
    });
  return (
    <ConfirmDialog
      title={words.t("storage.move")}
      subject={disk.model}
      submit={words.t("storage.move")}
      busy={busy || !isTyped(typed, name)}
      problem={problem}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{words.t("storage.move.text")}</p>
      <p>
        {disk.holds.length === 0
          ? words.t("storage.empty")
          : words.t("storage.deleted", { names: disk.holds.join(", ") })}
      </p>
      <TypedName id="storage-confirm" name={name} value={typed} onValue={setTyped} />
    </ConfirmDialog>
  );
}

function Place({ on, model, last }: Data) {
  const words = useWords();
  return (
    <>
      <p>{on === "card" ? words.t("storage.on.card") : words.t("storage.on.disk", { model: model ?? "?" })}</p>
      {last?.result === "failed" && (
        <p class="step-warn">
          {words.t("storage.failed", { when: words.date(last.at) })} {words.t(`storage.fault.${last.reason}`)}
        </p>
      )}
    </>
  );
}

interface DisksProps {
  readonly disks: readonly Disk[];
  readonly onPick: (disk: Disk) => void;
}

function Disks({ disks, onPick }: DisksProps) {
  const words = useWords();
  if (disks.length === 0) return <p class="soft">{words.t("storage.none")}</p>;
  return (
    <ul class="machine-disks" aria-label={words.t("storage.disks")}>
      {disks.map((disk) => (
        <li key={disk.id}>
          <span>
            <strong>{disk.model}</strong>{" "}
            <span class="soft">
              {disk.bus === "usb" ? "USB" : "NVMe"} · {words.t("machine.gb", { n: Math.round(disk.size_mb / 1000) })}
              {disk.holds.length > 0 && ` · ${disk.holds.join(", ")}`}
            </span>
          </span>
          <button type="button" class="small" onClick={() => onPick(disk)}>
            {words.t("storage.move")}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Storage({ name }: { readonly name: string }) {
  const words = useWords();
  const { value, fault } = useResource(storageView, "/api/v1/host/storage", ASK_EVERY_MS);
  const [picked, setPicked] = useState<Disk | null>(null);
  const [isAsked, setAsked] = useState(false);
  if (value === null) return <Fault fault={fault} />;
  const { data, disks } = value;
  if (data === null) return null;
  return (
    <section class="panel" aria-labelledby="storage">
      <h2 id="storage">{words.t("storage.title")}</h2>
      {isAsked ? <p role="status">{words.t("storage.asked")}</p> : <Place {...data} />}
      {!isAsked && data.on === "card" && <Disks disks={disks} onPick={setPicked} />}
      {picked !== null && (
        <Ask
          disk={picked}
          name={name}
          onAsked={() => {
            setPicked(null);
            setAsked(true);
          }}
          onClose={() => setPicked(null)}
        />
      )}
    </section>
  );
}
