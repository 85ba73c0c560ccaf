// Adds hardware: opens the window in which the box takes in new modems, shows what it finds and what became a slot.

import { useMemo } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { BoxEvent, JoinView } from "../../../protocol/index.ts";
import { useApp, useBox, useSelect, useWords } from "../app-context.ts";
import { JOIN_SECONDS, joinedSince, windowLeft } from "../hardware.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Fault } from "../parts/fault.tsx";
import { type Task, useTask } from "../parts/use-task.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";
import { useHardware } from "./use-hardware.ts";

const NO_EVENTS: readonly BoxEvent[] = [];

interface WindowProps {
  readonly hardware: JoinView;
}

function Window({ hardware }: WindowProps) {
  const words = useWords();
  const left = useSelect((state) => windowLeft(hardware, state.now));
  if (left === null) return <p class="dialog-text">{words.t("hardware.text")}</p>;
  return (
    <div class="window" role="timer">
      <div class="window-head">
        <strong>{words.t("hardware.open")}</strong>
        <span>{words.t("hardware.left", { time: words.clock(left) })}</span>
      </div>
      <div class="window-bar" style={{ "--share": String(Math.min(1, left / (JOIN_SECONDS * 1000))) }} />
      <p>{words.t("hardware.plug")}</p>
    </div>
  );
}

function Joined({ hardware }: WindowProps) {
  const words = useWords();
  const events = useBox((box) => box.events, NO_EVENTS);
  const joined = useMemo(() => joinedSince(events), [events]);
  if (joined.length === 0) return null;
  return (
    <section aria-labelledby="joined-title">
      <h3 id="joined-title">{words.t("hardware.joined")}</h3>
      <ul class="devices">
        {joined.map(({ slot, usb }) => (
          <li key={slot} class="device device-joined">
            <Icon name="ready" />
            <span>
              <ViewLink view={slotPage(slot)}>{words.t("slot.name", { id: slot })}</ViewLink>
            </span>
            <code>{usb}</code>
          </li>
        ))}
      </ul>
      {!hardware.open && <p class="dialog-text">{words.t("hardware.next")}</p>}
    </section>
  );
}

function Found({ hardware: { found } }: WindowProps) {
  const words = useWords();
  return (
    <section aria-labelledby="found-title">
      <h3 id="found-title">{words.t("hardware.found")}</h3>
      {found.length === 0 ? (
        <p class="devices-none">{words.t("hardware.found.none")}</p>
      ) : (
        <ul class="devices">
          {found.map(({ usb, usb_id: id, name }) => (
            <li key={usb} class={`device${name === null ? " device-other" : ""}`}>
              <Icon name="modem" />
              <span>{name ?? words.t("hardware.unknown", { id })}</span>
              <code>{usb}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Foot({ hardware, task, onClose }: WindowProps & { readonly task: Task; readonly onClose: () => void }) {
  const { controller, words } = useApp();
  const permit = (span: number): void => void task.run(() => controller.slots.permitJoin(span));
  const isBroken = useSelect((state) => state.link === "broken");
  return (
    <footer class="dialog-foot">
      {hardware.open ? (
        <button type="button" disabled={task.busy || isBroken} onClick={() => permit(0)}>
          {words.t("hardware.stop")}
        </button>
      ) : (
        <button type="button" class="primary" disabled={task.busy || isBroken} onClick={() => permit(JOIN_SECONDS)}>
          {words.t("hardware.start")}
        </button>
      )}
      <button type="button" onClick={onClose}>
        {words.t("dialog.close")}
      </button>
    </footer>
  );
}

export function HardwareDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useWords();
  const hardware = useHardware();
  const task = useTask();
  return (
    <Dialog title={words.t("hardware.title")} onClose={onClose}>
      {hardware === null ? (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      ) : (
        <>
          <div class="dialog-body">
            <Window hardware={hardware} />
            <Joined hardware={hardware} />
            <Found hardware={hardware} />
            <Fault fault={task.problem} />
          </div>
          <Foot hardware={hardware} task={task} onClose={onClose} />
        </>
      )}
    </Dialog>
  );
}
