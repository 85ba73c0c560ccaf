// For experts, and closed until they want it: a terminal to the modem, and letting go of a slot that joined by itself.

import { useRef, useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { SlotView } from "../../../protocol/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

/** How slots are named that the box made when it took in a modem. */
const JOINED = /^usb-/;
const KEPT = 40;

interface Exchange {
  readonly nr: number;
  readonly command: string;
  readonly lines: readonly string[];
  readonly result: string;
  readonly ok: boolean;
}

function Log({ log }: { readonly log: readonly Exchange[] }) {
  const words = useWords();
  if (log.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <ol class="terminal-log" tabIndex={0} aria-label={words.t("terminal.log")} aria-live="polite">
      {log.map(({ nr, command, lines, result, ok }) => (
        <li key={nr}>
          <span class="terminal-asked">{command}</span>
          {lines.map((line, place) => (
            <span key={place}>{line}</span>
          ))}
          <span class={ok ? "terminal-ok" : "terminal-error"}>{result}</span>
        </li>
      ))}
    </ol>
  );
}

/** The newest exchange comes first, next to where the next command is typed. */
function Terminal({ slot }: { readonly slot: string }) {
  const { controller, words } = useApp();
  const [command, setCommand] = useState("");
  const [log, setLog] = useState<readonly Exchange[]>([]);
  const nr = useRef(0);
  const { busy, problem, run } = useTask();
  const isBroken = useSelect((state) => state.link === "broken");
  const send = async (): Promise<void> => {
    const typed = command.trim();
    if (typed.length < 2) return;
    await run(async () => {
      const reply = await controller.slots.at(slot, typed);
      nr.current++;
      setLog((before) => [{ ...reply, nr: nr.current, command: typed }, ...before].slice(0, KEPT));
      setCommand("");
    });
  };
  return (
    <form
      class="terminal"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p class="terminal-warning">
        <Icon name="down" />
        {words.t("terminal.warning")}
      </p>
      <div class="terminal-line">
        <label class="hidden" for="at-command">
          {words.t("terminal.command")}
        </label>
        <input
          id="at-command"
          type="text"
          autocapitalize="characters"
          autocomplete="off"
          spellcheck={false}
          maxLength={200}
          placeholder="AT+CSQ"
          value={command}
          onInput={(event) => setCommand(event.currentTarget.value)}
        />
        <button type="submit" disabled={busy || isBroken || command.trim().length < 2}>
          {words.t(busy ? "terminal.busy" : "terminal.send")}
        </button>
      </div>
      <Fault fault={problem} />
      <Log log={log} />
    </form>
  );
}

function Removal({ slot }: { readonly slot: string }) {
  const { controller, words } = useApp();
  const [asked, setAsked] = useState(false);
  const { busy, problem, run } = useTask();
  const remove = async (): Promise<void> => {
    if (!(await run(() => controller.slots.remove(slot)))) return;
    controller.tell({ kind: "done", text: words.t("remove_slot.done", { id: slot }) });
    controller.go("overview");
  };
  return (
    <div class="expert-remove">
      <p>{words.t("remove_slot.help")}</p>
      <button type="button" class="danger" onClick={() => setAsked(true)}>
        {words.t("remove_slot.submit")}
      </button>
      {asked && (
        <ConfirmDialog
          title={words.t("remove_slot.title")}
          subject={words.t("slot.name", { id: slot })}
          submit={words.t("remove_slot.submit")}
          busy={busy}
          problem={problem}
          onConfirm={() => void remove()}
          onClose={() => setAsked(false)}
        >
          <p>{words.t("remove_slot.text")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

export function Expert({ slot: { id } }: { readonly slot: SlotView }) {
  const words = useWords();
  return (
    <details class="expert">
      <summary>{words.t("expert.title")}</summary>
      <Terminal slot={id} />
      {JOINED.test(id) && <Removal slot={id} />}
    </details>
  );
}
