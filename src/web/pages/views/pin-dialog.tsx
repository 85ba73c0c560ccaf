// Takes the PIN of a SIM. The box tries it once; the last try before the SIM blocks itself needs a word that nobody types by mistake.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../page-parts/index.ts";
import { useApp, useWords } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { PasswordInput } from "../parts/password-input.tsx";
import { useTask } from "../parts/use-task.ts";
import { LAST_TRY_WORD, mayEnter, PIN_TRIES, risksTheSim } from "../pin-form.ts";

/** Null: the modem does not tell. */
export function TriesLeft({ left }: { readonly left: number | null }) {
  const words = useWords();
  return (
    <p class={`tries${risksTheSim(left) ? " tries-last" : ""}`}>
      {left !== null && (
        <span class="tries-dots" aria-hidden="true">
          {Array.from({ length: PIN_TRIES }, (_, place) => (
            <i key={place} class={place < left ? "try" : "try try-used"} />
          ))}
        </span>
      )}
      {left === null ? words.t("pin.left.unknown") : words.t("pin.left", { n: left, of: PIN_TRIES })}
    </p>
  );
}

interface LastTryProps {
  readonly left: number | null;
  readonly word: string;
  readonly onWord: (word: string) => void;
}

function LastTry({ left, word, onWord }: LastTryProps) {
  const words = useWords();
  return (
    <div class="last-try">
      <p>{words.t(left === null ? "pin.may_be_last" : "pin.last")}</p>
      <Field
        id="pin-word"
        label={words.t("pin.word", { word: LAST_TRY_WORD })}
        control={(ids) => (
          <input
            {...ids}
            type="text"
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            value={word}
            onInput={(event) => onWord(event.currentTarget.value)}
          />
        )}
      />
    </div>
  );
}

export interface PinDialogProps {
  readonly slot: string;
  readonly left: number | null;
  readonly onClose: () => void;
}

export function PinDialog({ slot, left, onClose }: PinDialogProps) {
  const { controller, words } = useApp();
  const [pin, setPin] = useState("");
  const [word, setWord] = useState("");
  const { busy, problem, run } = useTask();
  const may = mayEnter({ pin, word }, left);
  const submit = async (): Promise<void> => {
    // What the dialog promised of the tries that are left is what the box is told: it refuses when there are fewer by now.
    if (!may || !(await run(() => controller.slots.enterPin(slot, pin, left === 1)))) return;
    controller.tell({ kind: "done", text: words.t("pin.done") });
    onClose();
  };
  return (
    <Dialog title={words.t("pin.title", { id: slot })} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          <TriesLeft left={left} />
          <Field
            id="pin"
            label={words.t("pin.label")}
            help={words.t("pin.help")}
            fault={pin !== "" && !/^[0-9]{1,8}$/.test(pin) ? words.t("pin.bad") : null}
            control={(ids) => <PasswordInput ids={ids} value={pin} use="off" digits={true} onValue={setPin} />}
          />
          {risksTheSim(left) && <LastTry left={left} word={word} onWord={setWord} />}
          <Fault fault={problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t(busy ? "pin.busy" : "pin.submit")} disabled={!may || busy} />
      </DialogForm>
    </Dialog>
  );
}
