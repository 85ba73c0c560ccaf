// For the browser of a phone that is being added: the owner has scanned the code, and tells the box how to reach the app on this phone.

import { useState } from "preact/hooks";
import { Icon, Mark } from "../../../page-parts/index.ts";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Fault, faultOf } from "../parts/fault.tsx";
import { PhoneAccessFields } from "./phone-access-fields.tsx";

const PORT = 8080;

/** The part of the address that browsers keep to themselves. */
const secretOf = (hash: string): string => hash.replace(/^#/, "");

function Joined() {
  const { words } = useApp();
  return (
    <main class="entrance">
      <div class="entrance-card joined" role="status">
        <Icon name="ready" />
        <h1>{words.t("join.done")}</h1>
        <p>{words.t("join.done.text")}</p>
      </div>
    </main>
  );
}

export function Join() {
  const { controller, words } = useApp();
  const [access, setAccess] = useState({ address: "", user: "", password: "" });
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const user = access.user.trim();
  const password = access.password.trim();
  const submit = async (): Promise<void> => {
    if (busy || user === "" || password === "") return;
    setBusy(true);
    setProblem(null);
    try {
      await controller.joinPhone(secretOf(location.hash), { user, password, port: PORT });
      setDone(true);
    } catch (caught) {
      setProblem(faultOf(words, caught));
    }
    setBusy(false);
  };
  if (done) return <Joined />;
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
        <h1>{words.t("join.title")}</h1>
        <p class="entrance-text">{words.t("join.text")}</p>
        <PhoneAccessFields
          value={access}
          withAddress={false}
          onChange={(change) => setAccess((now) => ({ ...now, ...change }))}
        />
        <Fault fault={problem} />
        <button type="submit" class="primary wide" disabled={busy}>
          {words.t(busy ? "join.busy" : "join.submit")}
        </button>
      </form>
    </main>
  );
}
