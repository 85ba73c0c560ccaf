// Inviting somebody: name and role, then the link that is shown once.

import { useState } from "preact/hooks";
import { DialogForm } from "../../../../page-parts/index.ts";
import type { InvitationView } from "../../../shared/accounts.ts";
import type { Role } from "../../../shared/scopes.ts";
import { accessApi } from "../../api-access.ts";
import { useWords } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fault } from "../../parts/fault.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useTask } from "../../parts/use-task.ts";
import { invitationUrl } from "../invitation.tsx";
import { OnceShown } from "./once-shown.tsx";

const ROLES: readonly Role[] = ["owner", "operator", "viewer"];

export function RoleChoice({ value, onValue }: { readonly value: Role; readonly onValue: (role: Role) => void }) {
  const words = useWords();
  return (
    <fieldset class="picks">
      <legend>{words.t("access.users.role")}</legend>
      {ROLES.map((role) => (
        <label key={role} class="pick pick-tall">
          <input type="radio" name="role" checked={value === role} onChange={() => onValue(role)} />
          <span>
            <b>{words.t(`role.${role}`)}</b>
            <span class="pick-text">{words.t(`role.${role}.text`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface InviteProps {
  readonly onInvited: (invitation: InvitationView) => void;
  readonly onClose: () => void;
}

export function InviteDialog({ onInvited, onClose }: InviteProps) {
  const words = useWords();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const task = useTask();
  const submit = () => void (name !== "" && task.run(async () => onInvited(await accessApi.invite(name, role))));
  return (
    <Dialog title={words.t("access.users.invite")} onClose={onClose}>
      <DialogForm onSubmit={submit}>
        <div class="dialog-body">
          <TextField
            id="user-name"
            label={words.t("access.users.name")}
            help={words.t("access.users.name.help")}
            maxLength={32}
            value={name}
            onValue={setName}
          />
          <RoleChoice value={role} onValue={setRole} />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("access.users.create")} disabled={task.busy || name === ""} />
      </DialogForm>
    </Dialog>
  );
}

export function ShowInvitation({
  invitation,
  onClose,
}: {
  readonly invitation: InvitationView;
  readonly onClose: () => void;
}) {
  const words = useWords();
  const { user, code, expires_at: expires } = invitation;
  return (
    <OnceShown
      title={words.t("access.invitation", { name: user.name })}
      text={words.t("access.invitation.text", { name: user.name, date: words.date(expires) })}
      secret={invitationUrl(location.origin, { name: user.name, code })}
      onClose={onClose}
    />
  );
}
