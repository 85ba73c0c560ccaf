// Adds a phone: first what the box must know, then what is left to do on the phone.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../page-parts/index.ts";
import type { PhoneInvitation } from "../../../protocol/index.ts";
import { useApp, useBox, useWords } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault, faultOf } from "../parts/fault.tsx";
import { PhoneAccessFields } from "./phone-access-fields.tsx";
import { type PhoneForm, reachOf, requestOf } from "./phone-form.ts";
import { PhoneInvitationSteps } from "./phone-invitation.tsx";

interface PartProps {
  readonly form: PhoneForm;
  readonly set: (change: Partial<PhoneForm>) => void;
}

const WAYS = ["scan", "typed"] as const;

function NameField({ form, set }: PartProps) {
  const words = useWords();
  const bad = form.name !== "" && !/^[a-z0-9][a-z0-9._-]{0,31}$/.test(form.name.trim());
  return (
    <Field
      id="phone-name"
      label={words.t("add_phone.name")}
      help={words.t("add_phone.name.help")}
      fault={bad ? words.t("add_phone.name.bad") : null}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={form.name}
          onInput={(event) => set({ name: event.currentTarget.value })}
        />
      )}
    />
  );
}

function ReachField({ form, set }: PartProps) {
  const words = useWords();
  const reach = reachOf(form.boxUrl);
  return (
    <Field
      id="phone-reach"
      label={words.t("add_phone.reach")}
      help={words.t(`add_phone.reach.${reach === "bad" ? "good" : reach}`)}
      fault={reach === "bad" ? words.t("add_phone.reach.bad") : null}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="url"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={form.boxUrl}
          onInput={(event) => set({ boxUrl: event.currentTarget.value })}
        />
      )}
    />
  );
}

function WayField({ form, set }: PartProps) {
  const words = useWords();
  return (
    <fieldset class="choice">
      <legend>{words.t("add_phone.way")}</legend>
      {WAYS.map((way) => (
        <label key={way}>
          <input type="radio" name="phone-way" checked={form.way === way} onChange={() => set({ way })} />
          <span>
            <b>{words.t(`add_phone.way.${way}`)}</b>
            <small>{words.t(`add_phone.way.${way}.help`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The name of a phone that a slot waits for, if there is one. */
function useWantedName(): string {
  return useBox((box) => {
    const wanted = box.slots.find((slot) => slot.problem?.code === "phone.not_registered")?.problem?.context?.phone;
    return typeof wanted === "string" ? wanted : "";
  }, "");
}

function useAddPhone() {
  const { controller, words } = useApp();
  const name = useWantedName();
  const [form, setForm] = useState<PhoneForm>({
    ...{ name, boxUrl: location.origin, way: "scan", address: "", user: "", password: "" },
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [invitation, setInvitation] = useState<PhoneInvitation | null>(null);
  const request = requestOf(form);
  const submit = async (): Promise<void> => {
    if (request === null || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      setInvitation(await controller.addPhone(request));
    } catch (caught) {
      setProblem(faultOf(words, caught));
    }
    setBusy(false);
  };
  const set = (change: Partial<PhoneForm>): void => setForm((now) => ({ ...now, ...change }));
  return { form, set, busy, problem, invitation, ready: request !== null, submit };
}

export function AddPhoneDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useWords();
  const { form, set, busy, problem, invitation, ready, submit } = useAddPhone();
  if (invitation !== null) {
    return <PhoneInvitationSteps invitation={invitation} typed={form.way === "typed"} onClose={onClose} />;
  }
  return (
    <Dialog title={words.t("add_phone.title")} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          <p class="dialog-text">{words.t("add_phone.text")}</p>
          <NameField form={form} set={set} />
          <WayField form={form} set={set} />
          {form.way === "typed" && <PhoneAccessFields value={form} withAddress={true} onChange={set} />}
          <ReachField form={form} set={set} />
          <Fault fault={problem} />
        </div>
        <DialogFoot
          onClose={onClose}
          submit={words.t(busy ? "add_phone.busy" : "add_phone.submit")}
          disabled={!ready || busy}
        />
      </DialogForm>
    </Dialog>
  );
}
