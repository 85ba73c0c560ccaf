// The owner's sign-in.

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Fault, faultOf } from "../parts/fault.tsx";
import { Field } from "../parts/field.tsx";
import { Mark } from "../parts/icon.tsx";
import { OwnerName, PasswordInput } from "../parts/password-input.tsx";

export function SignIn() {
  const { controller, words } = useApp();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  useEffect(() => document.getElementById("password")?.focus(), []);
  const submit = async (): Promise<void> => {
    if (busy || password === "") return;
    setBusy(true);
    setProblem(null);
    try {
      await controller.signIn(password);
    } catch (caught) {
      setProblem(faultOf(words, caught));
      setBusy(false);
    }
  };
  return (
    <main class="entrance">
      <form
        class="entrance-card"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Mark />
        <h1>{words.t("signin.title")}</h1>
        <p class="entrance-text">{words.t("signin.text")}</p>
        <OwnerName />
        <Field
          id="password"
          label={words.t("signin.password")}
          control={(ids) => <PasswordInput ids={ids} use="current-password" value={password} onValue={setPassword} />}
        />
        <Fault fault={problem} />
        <button type="submit" class="primary wide" disabled={busy}>
          {words.t(busy ? "signin.busy" : "signin.submit")}
        </button>
      </form>
    </main>
  );
}
