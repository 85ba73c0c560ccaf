// Where an invitation's link leads: its holder chooses his password. Name and code stand behind the `#`, which no server sees.

import { useState } from "preact/hooks";
import { Field } from "../../../page-parts/index.ts";
import { passwordFault } from "../../shared/password-rules.ts";
import { accessApi } from "../api-access.ts";
import { useApp } from "../app-context.ts";
import { passwordFaultText } from "../describe-password.ts";
import { Fault } from "../parts/fault.tsx";
import { PasswordInput } from "../parts/password-input.tsx";
import { useTask } from "../parts/use-task.ts";
import { EntranceCard } from "./sign-in.tsx";

export interface InvitationLink {
  readonly name: string;
  readonly code: string;
}

/** `#anna/code`; null when it is none. */
export function readInvitation(hash: string): InvitationLink | null {
  const [, name, code] = /^#([a-z0-9][a-z0-9._-]{0,31})\/([A-Za-z0-9_-]{32})$/.exec(hash) ?? [];
  return name === undefined || code === undefined ? null : { name, code };
}

export const invitationUrl = (origin: string, { name, code }: InvitationLink): string =>
  `${origin}/invitation#${name}/${code}`;

export function Invitation() {
  const { controller, words } = useApp();
  const [link] = useState(() => readInvitation(location.hash));
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const fault = passwordFault(password);
  if (link === null) {
    return (
      <EntranceCard title={words.t("invitation.bad")} text={words.t("invitation.bad.text")} onSubmit={() => {}}>
        <span />
      </EntranceCard>
    );
  }
  const accept = async ({ name, code }: InvitationLink): Promise<void> => {
    controller.enter(await accessApi.accept(name, code, password));
    // The code is used up, and the address bar is no place for it.
    controller.go("overview");
  };
  const submit = () => {
    setTried(true);
    if (fault === null) void task.run(() => accept(link));
  };
  return (
    <EntranceCard
      title={words.t("invitation.welcome", { name: link.name })}
      text={words.t("invitation.choose")}
      onSubmit={submit}
    >
      <input
        class="hidden"
        type="text"
        autocomplete="username"
        value={link.name}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <Field
        id="password"
        label={words.t("account.password.new")}
        fault={tried ? passwordFaultText(words, password) : null}
        control={(ids) => <PasswordInput ids={ids} use="new-password" value={password} onValue={setPassword} />}
      />
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {words.t(task.busy ? "signin.busy" : "invitation.submit")}
      </button>
    </EntranceCard>
  );
}
