// Takes in an escrow document that another party sent, out of a file or pasted.

import { useState } from "preact/hooks";
import type { EscrowWish } from "../../../renter/index.ts";
import { useApp, useTask } from "../app-context.ts";
import type { Controller } from "../controller.ts";
import type { HeldEscrow } from "../escrow-book.ts";
import { Fault } from "../parts/frame.tsx";
import type { Words } from "../words.ts";

const MAX_BYTES = 128 * 1024;

/** Does a step, and says what became of the copy. Rejects as `EscrowBook.step`. */
export async function stepOn(controller: Controller, words: Words, held: HeldEscrow, wish: EscrowWish): Promise<void> {
  const sent = await controller.escrows.step(held, wish);
  if (held.order !== null) {
    controller.tell({ kind: sent ? "done" : "failed", text: words.t(sent ? "escrow.sent" : "escrow.sent.not") });
  } else if (wish.step === "take") controller.tell({ kind: "done", text: words.t("escrow.taken") });
}

export function TakeDocument({ held }: { readonly held: HeldEscrow }) {
  const { controller, words } = useApp();
  const [text, setText] = useState("");
  const task = useTask();
  const take = async (document: string): Promise<void> => {
    await stepOn(controller, words, held, { step: "take", text: document.slice(0, MAX_BYTES) });
    setText("");
  };
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) await task.run(async () => await take(await file.slice(0, MAX_BYTES).text()));
  };
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => take(text));
      }}
    >
      <div class="actions">
        <label class="file import-file">
          {words.t("escrow.take.file")}
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => void takeFile(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      <div class="field">
        <label for="escrow-text">{words.t("escrow.take.paste")}</label>
        <textarea
          id="escrow-text"
          rows={3}
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <Fault fault={task.problem} />
      <div class="actions">
        <button type="submit" disabled={task.busy || text.trim() === ""}>
          {words.t("escrow.take")}
        </button>
      </div>
    </form>
  );
}
