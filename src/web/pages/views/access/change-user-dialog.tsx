// What an owner does with another's account: role, keeping out, reset, removal.

import { useState } from "preact/hooks";
import { DialogForm } from "../../../../page-parts/index.ts";
import type { InvitationView, UserView } from "../../../shared/accounts.ts";
import { accessApi } from "../../api-access.ts";
import { useWords } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fault } from "../../parts/fault.tsx";
import { useTask } from "../../parts/use-task.ts";
import { RoleChoice } from "./invite-dialog.tsx";

export interface ChangeUserProps {
  readonly user: UserView;
  readonly onInvited: (invitation: InvitationView) => void;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function ChangeUserDialog({ user, onInvited, onChanged, onClose }: ChangeUserProps) {
  const words = useWords();
  const [role, setRole] = useState(user.role);
  const [factor, setFactor] = useState(false);
  const task = useTask();
  const done = async (work: () => Promise<unknown>): Promise<void> => {
    if (!(await task.run(async () => void (await work())))) return;
    onClose();
    onChanged();
  };
  const isOut = user.state === "disabled";
  return (
    <Dialog title={user.name} onClose={onClose}>
      <DialogForm onSubmit={() => void done(() => accessApi.changeUser(user.id, { role }))}>
        <div class="dialog-body">
          <RoleChoice value={role} onValue={setRole} />
          <div class="access-actions">
            <button
              type="button"
              disabled={task.busy}
              onClick={() => void done(() => accessApi.changeUser(user.id, { disabled: !isOut }))}
            >
              {words.t(isOut ? "access.users.enable" : "access.users.disable")}
            </button>
            <button
              type="button"
              class="danger"
              disabled={task.busy}
              onClick={() => void task.run(async () => onInvited(await accessApi.resetUser(user.id, factor)))}
            >
              {words.t("access.users.reset")}
            </button>
            <button
              type="button"
              class="danger"
              disabled={task.busy}
              onClick={() => void done(() => accessApi.removeUser(user.id))}
            >
              {words.t("access.users.remove")}
            </button>
          </div>
          <label class="pick">
            <input type="checkbox" checked={factor} onChange={() => setFactor(!factor)} />
            {words.t("access.users.reset.factor")}
          </label>
          <Fault fault={task.problem} />
        </div>
        <DialogFoot
          onClose={onClose}
          submit={words.t("access.users.save")}
          disabled={task.busy || role === user.role}
        />
      </DialogForm>
    </Dialog>
  );
}
