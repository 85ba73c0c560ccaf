// Grants a free line to a renter.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../page-parts/index.ts";
import type { LineView } from "../../../protocol/index.ts";
import { useApp, useBox, useSelect, useWords } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault, faultOf } from "../parts/fault.tsx";
import { creditOf, daysOf, type GrantForm, requestOf } from "./grant-form.ts";
import { KeyField } from "./key-field.tsx";

const NO_LINES: readonly LineView[] = [];
const DAY_MS = 86_400_000;
const USUAL_DAYS = [1, 7, 30, 90];
const VERSIONS = [1, 2] as const;

interface PartProps {
  readonly form: GrantForm;
  readonly set: (change: Partial<GrantForm>) => void;
}

function LineField({ form, set }: PartProps) {
  const words = useWords();
  const lines = useBox((box) => box.lines, NO_LINES);
  const open = lines.filter((line) => line.state !== "rented");
  const until = (line: LineView): string => (line.rests_until === null ? "" : words.date(line.rests_until));
  const none = open.some((line) => line.state === "free") ? null : words.t("grant.line.none");
  return (
    <Field
      id="grant-line"
      label={words.t("grant.line")}
      fault={none}
      control={(ids) => (
        <select {...ids} value={form.line} onChange={(event) => set({ line: event.currentTarget.value })}>
          <option value="" disabled hidden />
          {open.map((line) => (
            <option key={line.id} value={line.id} disabled={line.state === "resting"}>
              {line.state === "free"
                ? `${line.number} (${line.id})`
                : words.t("grant.line.resting", { number: line.number, date: until(line) })}
            </option>
          ))}
        </select>
      )}
    />
  );
}

function DaysField({ form, set }: PartProps) {
  const words = useWords();
  const days = daysOf(form);
  const end = useSelect((state) => (days === null ? "" : words.date(state.now + days * DAY_MS)));
  return (
    <Field
      id="grant-days"
      label={words.t("grant.days")}
      help={words.t("grant.until", { date: end })}
      fault={days === null ? words.t("grant.days.bad") : null}
      control={(ids) => (
        <div class="days">
          <input
            {...ids}
            type="text"
            inputMode="numeric"
            value={form.days}
            onInput={(event) => set({ days: event.currentTarget.value })}
          />
          {USUAL_DAYS.map((usual) => (
            <button
              key={usual}
              type="button"
              class="chip"
              aria-pressed={days === usual}
              onClick={() => set({ days: String(usual) })}
            >
              <span class="hidden">{words.count("days", usual)}</span>
              <span aria-hidden="true">{words.number(usual)}</span>
            </button>
          ))}
        </div>
      )}
    />
  );
}

function VersionField({ form, set }: PartProps) {
  const words = useWords();
  return (
    <fieldset class="choice">
      <legend>{words.t("grant.envelope")}</legend>
      {VERSIONS.map((version) => (
        <label key={version}>
          <input type="radio" name="envelope" checked={form.version === version} onChange={() => set({ version })} />
          <span>
            <b>{words.t(`grant.envelope.${version}`)}</b>
            <small>{words.t(`grant.envelope.${version}.help`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function CreditField({ form, set }: PartProps) {
  const words = useWords();
  return (
    <Field
      id="grant-credit"
      label={words.t("grant.credit")}
      help={words.t("grant.credit.help")}
      fault={creditOf(form) === undefined ? words.t("grant.credit.bad") : null}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="numeric"
          value={form.credit}
          onInput={(event) => set({ credit: event.currentTarget.value })}
        />
      )}
    />
  );
}

function useGrant(onClose: () => void) {
  const { controller, words } = useApp();
  const first = useBox((box) => box.lines.find((line) => line.state === "free")?.id ?? "", "");
  const [form, setForm] = useState<GrantForm>({
    line: first,
    keys: { kind: "empty" },
    days: "30",
    version: 1,
    credit: "",
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const number = useBox((box) => box.lines.find((line) => line.id === form.line)?.number ?? "", "");
  const request = requestOf(form);
  const submit = async (): Promise<void> => {
    if (request === null || busy) return;
    setBusy(true);
    try {
      await controller.grant(request);
      controller.tell({
        kind: "done",
        text: words.t("grant.done", { number, days: words.count("days", request.days) }),
      });
      onClose();
    } catch (caught) {
      setProblem(faultOf(words, caught));
      setBusy(false);
    }
  };
  return {
    form,
    set: (change: Partial<GrantForm>) => setForm((now) => ({ ...now, ...change })),
    busy,
    problem,
    ready: request !== null,
    submit,
  };
}

export function GrantDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useWords();
  const { form, set, busy, problem, ready, submit } = useGrant(onClose);
  return (
    <Dialog title={words.t("grant.title")} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          <LineField form={form} set={set} />
          <KeyField verdict={form.keys} onVerdict={(keys) => set({ keys })} />
          <div class="pair">
            <DaysField form={form} set={set} />
            <CreditField form={form} set={set} />
          </div>
          <VersionField form={form} set={set} />
          <Fault fault={problem} />
        </div>
        <DialogFoot
          onClose={onClose}
          submit={words.t(busy ? "grant.busy" : "grant.submit")}
          disabled={!ready || busy}
        />
      </DialogForm>
    </Dialog>
  );
}
