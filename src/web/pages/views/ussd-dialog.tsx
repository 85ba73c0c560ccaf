// A conversation with the network by USSD: a code, its answer, and replies as long as a menu is open.

import { useEffect, useRef, useState } from "preact/hooks";
import { DialogForm } from "../../../page-parts/index.ts";
import type { SlotView } from "../../../protocol/index.ts";
import type { UssdNotice } from "../api-fleet.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

interface Said {
  readonly by: "us" | "network";
  readonly text: string;
}

/** `isOpen`: the network waits for a reply. A session that nobody looks at any more is ended. */
function useTalk(slot: string) {
  const { controller } = useApp();
  const [talk, setTalk] = useState<readonly Said[]>([]);
  const [isOpen, setOpen] = useState(false);
  const { busy, problem, run } = useTask();
  const running = useRef(false);
  running.current = isOpen || busy;
  useEffect(
    () => () => {
      if (running.current) void controller.slots.ussdEnd(slot);
    },
    [],
  );
  const say = (text: string): Promise<boolean> =>
    run(async () => {
      setTalk((before) => [...(isOpen ? before : []), { by: "us", text }]);
      // Whatever is answered, this reply has been used.
      setOpen(false);
      const answer = isOpen ? await controller.slots.ussdReply(slot, text) : await controller.slots.ussdAsk(slot, text);
      setTalk((before) => [...before, { by: "network", text: answer.text }]);
      setOpen(answer.more);
    });
  const end = (): Promise<boolean> =>
    run(async () => {
      await controller.slots.ussdEnd(slot);
      setOpen(false);
    });
  return { talk, isOpen, busy, problem, say, end };
}

function Notice({ slot }: { readonly slot: string }) {
  const { controller, words } = useApp();
  const [notice, setNotice] = useState<UssdNotice>(null);
  const now = useSelect((state) => Math.floor(state.now / 60_000) * 60_000);
  useEffect(() => void controller.slots.ussdNotice(slot).then(setNotice), [slot]);
  if (notice === null) return null;
  return (
    <p class="ussd-notice">
      {words.t("ussd.notice", { ago: words.ago(Math.max(0, now - notice.at)) })} <q>{notice.text}</q>
    </p>
  );
}

function Talk({ talk, busy }: { readonly talk: readonly Said[]; readonly busy: boolean }) {
  const words = useWords();
  return (
    <ol class="ussd-talk" aria-live="polite">
      {talk.map(({ by, text }, place) => (
        <li key={place} class={`ussd-${by}`}>
          <span class="hidden">{words.t(`ussd.by.${by}`)}: </span>
          {text}
        </li>
      ))}
      {busy && <li class="ussd-wait">{words.t("ussd.waiting")}</li>}
    </ol>
  );
}

function UssdDialog({ slot, onClose }: { readonly slot: string; readonly onClose: () => void }) {
  const words = useWords();
  const { talk, isOpen, busy, problem, say, end } = useTalk(slot);
  const [text, setText] = useState("");
  const submit = async (): Promise<void> => {
    if (text.trim() !== "" && (await say(text.trim()))) setText("");
  };
  return (
    <Dialog title={words.t("ussd.title", { id: slot })} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          {talk.length === 0 && <p class="dialog-text">{words.t("ussd.text")}</p>}
          {talk.length === 0 && <Notice slot={slot} />}
          {(talk.length > 0 || busy) && <Talk talk={talk} busy={busy} />}
          <Fault fault={problem} />
          <div class="field">
            <label for="ussd">{words.t(isOpen ? "ussd.reply" : "ussd.code")}</label>
            <input
              id="ussd"
              type="text"
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              placeholder={isOpen ? "1" : "*100#"}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </div>
        </div>
        <footer class="dialog-foot">
          {isOpen && (
            <button type="button" disabled={busy} onClick={() => void end()}>
              {words.t("ussd.end")}
            </button>
          )}
          <button type="submit" class="primary" disabled={busy || text.trim() === ""}>
            {words.t(isOpen ? "ussd.send" : "ussd.ask")}
          </button>
        </footer>
      </DialogForm>
    </Dialog>
  );
}

export function UssdButton({ slot, disabled }: { readonly slot: SlotView; readonly disabled: boolean }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" disabled={disabled} onClick={() => setOpen(true)}>
        {words.t("ussd.button")}
      </button>
      {isOpen && <UssdDialog slot={slot.id} onClose={() => setOpen(false)} />}
    </>
  );
}
