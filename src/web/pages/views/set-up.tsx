// First run: the first visitor sets the owner's password.

import { useState } from "preact/hooks";
import { Field, Mark } from "../../../page-parts/index.ts";
import { PASSWORD_MIN } from "../../shared/password-rules.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { passwordFaultText } from "../describe-password.ts";
import { Fault, faultOf } from "../parts/fault.tsx";
import { OwnerName, PasswordInput } from "../parts/password-input.tsx";

interface Form {
  readonly code: string;
  readonly password: string;
  readonly repeat: string;
}

function useSetUp(needsCode: boolean) {
  const { controller, words } = useApp();
  const [form, setForm] = useState<Form>({ code: "", password: "", repeat: "" });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const isGood = passwordFaultText(words, form.password) === null && form.password === form.repeat;
  const submit = async (): Promise<void> => {
    setTried(true);
    if (!isGood || busy) return;
    setBusy(true);
    try {
      await controller.setUp({ password: form.password, ...(needsCode ? { claim_code: form.code } : {}) });
    } catch (caught) {
      setProblem(faultOf(words, caught));
      setBusy(false);
    }
  };
  return { form, set: (change: Partial<Form>) => setForm({ ...form, ...change }), tried, busy, problem, submit };
}

interface FieldsProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  /** Whether the visitor has tried to go on: only then is an empty field a fault. */
  readonly tried: boolean;
}

function CodeField({ form, set }: FieldsProps) {
  const words = useWords();
  return (
    <Field
      id="claim-code"
      label={words.t("setup.code")}
      help={words.t("setup.code.help")}
      control={(ids) => (
        <input
          {...ids}
          autocomplete="off"
          spellcheck={false}
          value={form.code}
          onInput={(event) => set({ code: event.currentTarget.value })}
        />
      )}
    />
  );
}

function PasswordFields({ form, set, tried }: FieldsProps) {
  const words = useWords();
  const weak = passwordFaultText(words, form.password);
  const isLong = form.password.length >= PASSWORD_MIN;
  return (
    <>
      <Field
        id="password"
        label={words.t("setup.password")}
        help={isLong && weak === null ? words.t("setup.good") : words.t("setup.rule", { n: PASSWORD_MIN })}
        fault={tried || isLong ? weak : null}
        control={(ids) => (
          <PasswordInput ids={ids} use="new-password" value={form.password} onValue={(password) => set({ password })} />
        )}
      />
      <Field
        id="repeat"
        label={words.t("setup.repeat")}
        fault={tried && form.password !== form.repeat ? words.t("setup.differ") : null}
        control={(ids) => (
          <PasswordInput ids={ids} use="new-password" value={form.repeat} onValue={(repeat) => set({ repeat })} />
        )}
      />
    </>
  );
}

export function SetUp() {
  const words = useWords();
  const needsCode = useSelect((state) => state.needsClaimCode);
  const { form, set, tried, busy, problem, submit } = useSetUp(needsCode);
  return (
    <main class="entrance">
      <form
        class="entrance-card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Mark />
        <h1>{words.t("setup.title")}</h1>
        <p class="entrance-text">{words.t("setup.text")}</p>
        <OwnerName />
        {needsCode && <CodeField form={form} set={set} tried={tried} />}
        <PasswordFields form={form} set={set} tried={tried} />
        <Fault fault={problem} />
        <button type="submit" class="primary wide" disabled={busy}>
          {words.t(busy ? "signin.busy" : "setup.submit")}
        </button>
      </form>
    </main>
  );
}
